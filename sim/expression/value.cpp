#include "sim/expression/value.hpp"

namespace loadstone {

std::string describe(const Type& type) {
  switch (type.kind) {
    case Type::Kind::boolean:
      return "a condition";
    case Type::Kind::text:
      return "text";
    case Type::Kind::number:
      break;
  }
  return describe(type.dim);
}

Value Value::number(const Number& number, Dimension dim) {
  return interval(number, number, dim);
}

Value Value::interval(const Number& low, const Number& high, Dimension dim) {
  Value value;
  value.type = Type(dim);
  value.low = low;
  value.high = high;
  return value;
}

Value Value::boolean(Truth truth) {
  Value value;
  value.type = Type::boolean();
  value.truth = truth;
  return value;
}

Value Value::of_text(std::string text) {
  Value value;
  value.type = Type::text();
  value.text = std::move(text);
  return value;
}

std::string to_string(const Value& value) {
  if (value.is_boolean()) {
    return value.truth == Truth::undecided ? "undecided" : (value.truth == Truth::yes ? "true" : "false");
  }
  if (value.is_text()) {
    return "'" + value.text + "'";
  }
  const std::string low = format_quantity(value.low.value(), value.type.dim);
  return value.is_interval() ? low + " .. " + format_quantity(value.high.value(), value.type.dim) : low;
}

}  // namespace loadstone
