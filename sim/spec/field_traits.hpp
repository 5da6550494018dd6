// sim/spec/field_traits.hpp
//
// What the type of a specification's member is called in field tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/spec/values.hpp"

namespace loadstone {

struct StepSpec;

enum class FieldType : std::uint8_t {
  duration,
  count,
  number,
  rate,
  bytes,
  byte_rate,
  money,
  money_rate,
  cores,
  share,
  time_law,
  count_law,
  size_law,
  boolean,
  text,
  choice,
  reference,
  condition,
  names,
  steps,
  mapping,
  mappings,        // a list of mappings
  named_mappings,  // mappings under names
  scalars,         // a list
  step_lists,
  scalar  // a number or a text, as its own reader understands it
};

[[nodiscard]] std::string_view to_string(FieldType type);

template <class T>
struct FieldTraits;

template <FieldType kType>
struct PlainTraits {
  static constexpr FieldType type = kType;
  static constexpr bool optional = false;
};
template <>
struct FieldTraits<Duration> : PlainTraits<FieldType::duration> {};
template <>
struct FieldTraits<std::int64_t> : PlainTraits<FieldType::count> {};
template <>
struct FieldTraits<double> : PlainTraits<FieldType::number> {};
template <>
struct FieldTraits<Rate> : PlainTraits<FieldType::rate> {};
template <>
struct FieldTraits<Bytes> : PlainTraits<FieldType::bytes> {};
template <>
struct FieldTraits<ByteRate> : PlainTraits<FieldType::byte_rate> {};
template <>
struct FieldTraits<Money> : PlainTraits<FieldType::money> {};
template <>
struct FieldTraits<MoneyRate> : PlainTraits<FieldType::money_rate> {};
template <>
struct FieldTraits<Cores> : PlainTraits<FieldType::cores> {};
template <>
struct FieldTraits<Share> : PlainTraits<FieldType::share> {};
template <>
struct FieldTraits<TimeLaw> : PlainTraits<FieldType::time_law> {};
template <>
struct FieldTraits<CountLaw> : PlainTraits<FieldType::count_law> {};
template <>
struct FieldTraits<SizeLaw> : PlainTraits<FieldType::size_law> {};
template <>
struct FieldTraits<bool> : PlainTraits<FieldType::boolean> {};
template <>
struct FieldTraits<std::string> : PlainTraits<FieldType::text> {};
template <>
struct FieldTraits<PlacedText> : PlainTraits<FieldType::text> {};
template <>
struct FieldTraits<FileText> : PlainTraits<FieldType::text> {};
template <>
struct FieldTraits<Reference> : PlainTraits<FieldType::reference> {};
template <>
struct FieldTraits<Condition> : PlainTraits<FieldType::condition> {};
template <>
struct FieldTraits<std::vector<std::string>> : PlainTraits<FieldType::names> {};
template <>
struct FieldTraits<std::vector<Reference>> : PlainTraits<FieldType::names> {};
template <class T>
struct FieldTraits<std::optional<T>> {
  static constexpr FieldType type = FieldTraits<T>::type;
  static constexpr bool optional = true;
};
template <>
struct FieldTraits<std::vector<StepSpec>> : PlainTraits<FieldType::steps> {};

}  // namespace loadstone
