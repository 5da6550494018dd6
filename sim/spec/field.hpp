// sim/spec/field.hpp
//
// A kind declares its fields once, in a table: name, type, default, bounds, prose. Validation, `explain`, `--help`, the
// JSON Schema and the reference page all come from that table.
//
//   const FieldTable& fields() {
//     static const FieldTable table = FieldTable::of<StationSpec>()
//         .field("servers", &StationSpec::servers, "Identical servers.", {.default_text = "1", .bounds = {.min = 1}})
//         .field("service", &StationSpec::service, "Time of one service.");
//     return table;
//   }
//
// Rules. A field with neither a default nor `optional` is required. A std::optional member is optional by itself.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/spec/field_traits.hpp"
#include "sim/spec/reader.hpp"

namespace loadstone {

struct FieldRules {
  std::string_view default_text = {};  // read as if the user had written it
  bool optional = false;               // may be absent without a default
  Bounds bounds = {};
  std::vector<std::string_view> choices = {};  // of a choice, as text
  bool beside = false;                         // of a step: stands beside the verb, not under it
  std::string_view grade = "K";                // of the default: fidelity.md's grade of evidence
};

class FieldTable;
struct StepSpec;

struct Field {
  std::string_view name;
  std::string_view about;
  FieldType type = FieldType::scalar;
  FieldRules rules;
  std::function<bool(Reader&, const Node&, void* spec)> read;
  const FieldTable* nested = nullptr;  // of a mapping, of each entry of a list or named_mappings
};

class FieldTable {
 public:
  template <class S>
  static FieldTable of() {
    FieldTable table;
    table.make_ = [] { return std::static_pointer_cast<void>(std::make_shared<S>()); };
    return table;
  }

  template <class S, class T>
  FieldTable& field(std::string_view name, T S::*member, std::string_view about, FieldRules rules = {});
  // One of `rules.choices`, stored as the enumerator with that index.
  template <class S, class E>
  FieldTable& choice(std::string_view name, E S::*member, std::string_view about, FieldRules rules);
  // A mapping with fields of its own.
  template <class S, class T>
  FieldTable& mapping(std::string_view name, T S::*member, std::string_view about, const FieldTable& nested,
                      FieldRules rules = {});

  // A field that a function of its own reads. `type` and `nested` tell those who only look at tables what it has in it.
  template <class S>
  FieldTable& custom(std::string_view name, std::string_view about, bool (*read_it)(Reader&, const Node&, S&),
                     FieldRules rules = {}, FieldType type = FieldType::scalar, const FieldTable* nested = nullptr) {
    fields_.push_back({name, about, type, std::move(rules),
                       [read_it](Reader& reader, const Node& node, void* spec) {
                         return read_it(reader, node, *static_cast<S*>(spec));
                       },
                       nested});
    return *this;
  }
  // The fields of another table, for a member that has them, as if they were this table's own.
  template <class S, class T>
  FieldTable& embed(T S::*member, const FieldTable& table);

  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
  [[nodiscard]] const Field* find(std::string_view name) const;
  [[nodiscard]] std::shared_ptr<void> make() const { return make_(); }

  // Reads the entries of `node` that are not in `elsewhere` into `spec`; reports unknown and missing keys; fills in
  // defaults. `also` are keys that another table reads.
  bool read(Reader& reader, const Node& node, void* spec, const std::vector<std::string_view>& also = {}) const;

 private:
  std::function<std::shared_ptr<void>()> make_;
  std::vector<Field> fields_;
};

// --- implementation of the templates ------------------------------------------------------------------------------

// Reads a list of steps; in sim/spec/steps.cpp, because steps nest.
bool read_steps(Reader& reader, const Node& node, std::vector<StepSpec>& out);

namespace detail {
template <class T>
bool read_into(Reader& reader, const Node& node, const Bounds& bounds, T& out) {
  if constexpr (std::is_same_v<T, std::vector<StepSpec>>) {
    return read_steps(reader, node, out);
  } else {
    return reader.read(node, bounds, out);
  }
}
template <class T>
bool read_into(Reader& reader, const Node& node, const Bounds& bounds, std::optional<T>& out) {
  return read_into(reader, node, bounds, out.emplace());
}
// The index of the node's text among the choices, or -1 after an error.
int read_choice(Reader& reader, const Node& node, const std::vector<std::string_view>& choices);
bool read_mapping(Reader& reader, const Node& node, const FieldTable& nested, void* spec);
}  // namespace detail

template <class S, class T>
FieldTable& FieldTable::field(std::string_view name, T S::*member, std::string_view about, FieldRules rules) {
  rules.optional = rules.optional || FieldTraits<T>::optional;
  const Bounds bounds = rules.bounds;
  fields_.push_back({name, about, FieldTraits<T>::type, std::move(rules),
                     [member, bounds](Reader& reader, const Node& node, void* spec) {
                       return detail::read_into(reader, node, bounds, static_cast<S*>(spec)->*member);
                     }});
  return *this;
}

template <class S, class E>
FieldTable& FieldTable::choice(std::string_view name, E S::*member, std::string_view about, FieldRules rules) {
  const std::vector<std::string_view> choices = rules.choices;
  fields_.push_back({name, about, FieldType::choice, std::move(rules),
                     [member, choices](Reader& reader, const Node& node, void* spec) {
                       const int index = detail::read_choice(reader, node, choices);
                       if (index >= 0) {
                         static_cast<S*>(spec)->*member = static_cast<E>(index);
                       }
                       return index >= 0;
                     }});
  return *this;
}

template <class S, class T>
FieldTable& FieldTable::mapping(std::string_view name, T S::*member, std::string_view about, const FieldTable& nested,
                                FieldRules rules) {
  rules.optional = true;
  fields_.push_back({name, about, FieldType::mapping, std::move(rules),
                     [member, &nested](Reader& reader, const Node& node, void* spec) {
                       auto& slot = static_cast<S*>(spec)->*member;
                       if constexpr (requires { slot.emplace(); }) {
                         return detail::read_mapping(reader, node, nested, &slot.emplace());
                       } else {
                         return detail::read_mapping(reader, node, nested, &slot);
                       }
                     },
                     &nested});
  return *this;
}

template <class S, class T>
FieldTable& FieldTable::embed(T S::*member, const FieldTable& table) {
  for (const Field& field : table.fields()) {
    Field copy = field;
    copy.read = [member, inner = field.read](Reader& reader, const Node& node, void* spec) {
      return inner(reader, node, &(static_cast<S*>(spec)->*member));
    };
    fields_.push_back(std::move(copy));
  }
  return *this;
}

}  // namespace loadstone
