// sim/expression/value.hpp
//
// What an expression, or a name in one, can be: a number or an interval with a dimension, a truth value, or text.
//
// Units. Numbers are in base units (quantity.hpp): time in nanoseconds, rates per nanosecond, bytes, dollars, cores.
// Truth. A comparison of intervals is undecided when it holds for some of their points and not for others;
//        `and`, `or` and `not` follow Kleene: false and undecided is false, true or undecided is true.
#pragma once

#include <cstdint>
#include <string>

#include "sim/expression/number.hpp"
#include "sim/expression/quantity.hpp"

namespace loadstone {

enum class Truth : std::uint8_t { no, yes, undecided };

[[nodiscard]] constexpr Truth truth_of(bool holds) {
  return holds ? Truth::yes : Truth::no;
}
[[nodiscard]] constexpr Truth negate(Truth t) {
  return t == Truth::undecided ? t : truth_of(t == Truth::no);
}

// What is known of a value before it is evaluated. Implicit from Dimension: most names are numbers.
struct Type {
  enum class Kind : std::uint8_t { number, boolean, text };

  Kind kind = Kind::number;
  Dimension dim;

  Type() = default;
  Type(Dimension dimension) : dim(dimension) {}  // NOLINT(google-explicit-constructor)
  explicit Type(Kind k) : kind(k) {}
  [[nodiscard]] static Type boolean() { return Type(Kind::boolean); }
  [[nodiscard]] static Type text() { return Type(Kind::text); }

  friend bool operator==(const Type&, const Type&) = default;
};

[[nodiscard]] std::string describe(const Type& type);  // "a duration", "a condition", "text"

struct Value {
  Type type;
  Number low;  // of a number: low == high
  Number high;
  Truth truth = Truth::no;
  std::string text;

  [[nodiscard]] static Value number(const Number& number, Dimension dim = {});
  [[nodiscard]] static Value number(const Quantity& quantity) { return number(Number(quantity), quantity.dim); }
  [[nodiscard]] static Value interval(const Number& low, const Number& high, Dimension dim = {});
  [[nodiscard]] static Value boolean(Truth truth);
  [[nodiscard]] static Value of_text(std::string text);

  [[nodiscard]] bool is_number() const { return type.kind == Type::Kind::number; }
  [[nodiscard]] bool is_boolean() const { return type.kind == Type::Kind::boolean; }
  [[nodiscard]] bool is_text() const { return type.kind == Type::Kind::text; }
  [[nodiscard]] bool is_interval() const { return is_number() && !(low == high); }
};

[[nodiscard]] std::string to_string(const Value& value);  // "20ms", "10ms .. 20ms", "true", "undecided", "'text'"

}  // namespace loadstone
