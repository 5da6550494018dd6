#include "sim/spec/reader.hpp"

#include <cmath>

#include "sim/spec/reader_words.hpp"

namespace loadstone {

const char* to_string(Status status) {
  static constexpr const char* kNames[] = {"measured", "documented", "estimated", "assumed", "default"};
  return kNames[static_cast<std::size_t>(status)];
}

Reader::Scope::Scope(Reader& reader, std::string_view name) : reader_(reader), length_(reader.path_.size()) {
  reader.path_ += reader.path_.empty() ? "" : ".";
  reader.path_ += name;
}

Reader::Scope::~Scope() {
  reader_.path_.resize(length_);
}

void Reader::error(const Place& place, const std::string& message, std::vector<std::string> notes) {
  diagnostics_.error(place, (subject_.empty() ? "" : subject_ + ": ") + message, std::move(notes));
}

// --- scalars ----------------------------------------------------------------------------------------------------

std::vector<std::string> Reader::known_parameters(std::string_view found) const {
  std::vector<std::string_view> names;
  for (const auto& [name, parameter] : parameters_) {
    names.push_back(name);
  }
  return names.empty() ? std::vector<std::string>{"there are no parameters: params: {" + std::string(found) + ": 20}"}
                       : choices(found, names);
}

// Whether `name` is a parameter without a value; says so, unless the parameter's own error says it.
bool Reader::is_undefined(std::string_view name, const Place& place) {
  const auto at = undefined_.find(name);
  if (at == undefined_.end()) {
    return false;
  }
  if (!at->second) {
    error(place, "parameter '" + at->first + "' has no value yet: a parameter can use those above it");
  }
  return true;
}

std::optional<Quantity> Reader::evaluate(std::string_view text, const Place& place) {
  const auto expression = Expression::parse(text, place, diagnostics_);
  if (!expression) {
    return std::nullopt;
  }
  const auto find = [&](std::string_view name) -> const Parameter* {
    const auto at = parameters_.find(name);
    return at == parameters_.end() || !at->second.quantity ? nullptr : &at->second;
  };
  for (const std::string& name : expression->names()) {
    if (is_undefined(name, place)) {
      return std::nullopt;
    }
    const auto at = parameters_.find(name);
    if (at != parameters_.end() && !at->second.quantity) {
      error(place, "parameter '" + name + "' is " + quoted(at->second.text) + ", an expression needs a number");
      return std::nullopt;
    }
  }
  std::vector<std::string_view> known;
  for (const auto& [name, parameter] : parameters_) {
    if (parameter.quantity) {
      known.push_back(name);
    }
  }
  const auto type = expression->check(
      [&](std::string_view name) -> std::optional<Type> {
        const Parameter* p = find(name);
        return p == nullptr ? std::nullopt : std::optional<Type>(p->quantity->dim);
      },
      diagnostics_, known);
  if (!type) {
    return std::nullopt;
  }
  const auto value = expression->evaluate(
      [&](std::string_view name) -> std::optional<Value> { return Value::number(*find(name)->quantity); },
      diagnostics_);
  if (!value) {
    return std::nullopt;
  }
  if (!value->is_number() || value->is_interval()) {
    error(place, quoted(text) + " is not a number");
    return std::nullopt;
  }
  return Quantity{.value = value->low.value(), .dim = value->type.dim, .exact = {}, .step = {}};
}

// In quotes an expression may have commas where YAML would end it: "= max(a, b)".
bool Reader::substitute(const Node& node, Scalar& out, bool is_number) {
  out.text = node.text;
  out.place = node.place;
  out.quoted = node.quoted;
  const bool is_expression = node.text.rfind("= ", 0) == 0;
  if (node.quoted && !(is_expression && is_number)) {
    return true;
  }
  if (is_expression) {
    Place place = node.place;
    place.column += node.quoted ? 3 : 2;
    out.quantity = evaluate(std::string_view(node.text).substr(2), place);
    return out.quantity.has_value();
  }
  if (is_parameter(node.text) && node.text.rfind("$request.", 0) != 0) {
    const std::string name = node.text.substr(1);
    const auto at = parameters_.find(name);
    if (is_undefined(name, node.place)) {
      return false;
    }
    if (at == parameters_.end()) {
      error(node.place, "unknown parameter '$" + name + "'", known_parameters(name));
      return false;
    }
    out.text = at->second.text;
    if (at->second.text.rfind("= ", 0) == 0) {
      out.quantity = at->second.quantity;
      return out.quantity.has_value();
    }
  }
  return true;
}

bool Reader::scalar(const Node& node, Scalar& out, bool is_number) {
  const Node* value = &node;
  if (node.is_mapping() && node.find("value") != nullptr) {
    value = node.find("value");
    if (!check_annotation(node)) {
      return false;
    }
  }
  if (!value->is_scalar()) {
    error(value->place, "'" + key_of(path_) + "' must be a single value, got " + describe(*value));
    return false;
  }
  if (!substitute(*value, out, is_number)) {
    return false;
  }
  if (is_number) {
    note(node, *value, out);
  }
  return true;
}

void Reader::define_parameter(const std::string& name, const Node& node) {
  Scalar text;
  if (!scalar(node, text, true)) {
    undefined_[name] = true;
    return;
  }
  undefined_.erase(name);
  Parameter parameter{text.text, text.quantity, text.place};
  if (!parameter.quantity && !text.quoted) {
    const auto parsed = parse_quantity(text.text);
    if (const auto* quantity = std::get_if<Quantity>(&parsed)) {
      parameter.quantity = *quantity;
    }
  }
  parameters_[name] = std::move(parameter);
}

// --- numbers ----------------------------------------------------------------------------------------------------

bool Reader::in_bounds(const Scalar& scalar, double value, const Bounds& bounds) {
  const std::string key = "'" + key_of(path_) + "'";
  if (!std::isfinite(value)) {
    error(scalar.place, key + " must be finite, got " + quoted(scalar.text));
    return false;
  }
  if (bounds.above_min ? value <= bounds.min : value < bounds.min) {
    error(scalar.place, key + " must be " + (bounds.above_min ? "above " : "at least ") + format_number(bounds.min) +
                            ", got " + quoted(scalar.text));
    return false;
  }
  if (value > bounds.max) {
    error(scalar.place, key + " must be at most " + format_number(bounds.max) + ", got " + quoted(scalar.text));
    return false;
  }
  return true;
}

// A bare number of a component's own key takes that component's unit.
bool Reader::to_dimension(const Scalar& scalar, const Bounds& bounds, const Dimension& wanted, Quantity& out) {
  Parsed<Quantity> parsed = scalar.quantity ? Parsed<Quantity>(*scalar.quantity) : parse_quantity(scalar.text);
  if (!scalar.quantity && !bounds.native_unit.empty()) {
    if (const auto* bare = std::get_if<Quantity>(&parsed); bare != nullptr && bare->dim == kNumber) {
      parsed = parse_quantity(scalar.text + std::string(bounds.native_unit));
    }
  }
  if (const auto* message = std::get_if<std::string>(&parsed)) {
    error(scalar.place, "'" + key_of(path_) + "' must be " + describe(wanted) + ": " + *message);
    return false;
  }
  out = std::get<Quantity>(parsed);
  if (out.dim != wanted && !(out.value == 0 && out.dim == kNumber && scalar.quantity)) {
    if (scalar.quantity) {
      error(scalar.place, "dimension: " + quoted(scalar.text) + " is " + describe(out.dim) + ", " + describe(wanted) +
                              " is needed for '" + key_of(path_) + "'");
    } else {
      std::vector<std::string> notes;
      if (out.dim == kNumber) {
        notes.emplace_back(wanted == kTime        ? "write the unit: 20ms, 1.5s, 5m, 2h"
                           : wanted == kRate      ? "write the unit: 10/s, 12/h, 5/min"
                           : wanted == kBytes     ? "write the unit: 512kB, 8GiB"
                           : wanted == kMoney     ? "write the unit: $0.05"
                           : wanted == kMoneyRate ? "write the unit: $24/month"
                                                  : "write the unit");
      }
      error(scalar.place,
            "'" + key_of(path_) + "' must be " + describe(wanted) + ", got " + quoted(scalar.text) + ", which is " +
                describe(out.dim),
            std::move(notes));
    }
    return false;
  }
  return true;
}

bool Reader::quantity(const Node& node, const Bounds& bounds, const Dimension& wanted, Quantity& out) {
  Scalar text;
  return scalar(node, text, true) && to_dimension(text, bounds, wanted, out) && in_bounds(text, out.value, bounds);
}

bool Reader::read_quantity(const Node& node, const Bounds& bounds, std::initializer_list<Dimension> wanted,
                           Quantity& out) {
  Scalar text;
  if (!scalar(node, text, true)) {
    return false;
  }
  const auto parsed = text.quantity ? Parsed<Quantity>(*text.quantity) : parse_quantity(text.text);
  if (const auto* q = std::get_if<Quantity>(&parsed); q != nullptr) {
    for (const Dimension& dimension : wanted) {
      if (q->dim == dimension) {
        out = *q;
        return in_bounds(text, out.value, bounds);
      }
    }
    std::string allowed;
    for (const Dimension& dimension : wanted) {
      allowed += (allowed.empty() ? "" : " or ") + describe(dimension);
    }
    error(text.place, "'" + key_of(path_) + "' must be " + allowed + ", got " + quoted(text.text) + ", which is " +
                          describe(q->dim));
    return false;
  }
  return to_dimension(text, bounds, *wanted.begin(), out);  // reports what is wrong
}

bool Reader::read(const Node& node, const Bounds& bounds, Duration& out) {
  Scalar text;
  if (!scalar(node, text, true)) {
    return false;
  }
  Quantity q;
  if (!to_dimension(text, bounds, kTime, q) || !in_bounds(text, q.value, bounds)) {
    return false;
  }
  if (q.value > static_cast<double>(kEndOfTime.ns)) {
    error(text.place, "'" + key_of(path_) + "' must be at most 146 years, got " + quoted(text.text));
    return false;
  }
  if (q.exact.known() && q.exact.denominator != 1) {
    error(text.place, "'" + key_of(path_) + "' must be a whole number of nanoseconds, got " + quoted(text.text));
    return false;
  }
  out.ns = q.exact.known() ? q.exact.numerator : static_cast<std::int64_t>(std::llround(q.value));
  return true;
}

bool Reader::read(const Node& node, const Bounds& bounds, std::int64_t& out) {
  Scalar text;
  Quantity q;
  if (!scalar(node, text, true) || !to_dimension(text, bounds, kNumber, q) || !in_bounds(text, q.value, bounds)) {
    return false;
  }
  if (q.value != std::floor(q.value) || q.value > 9e15) {
    error(text.place, "'" + key_of(path_) + "' must be a whole number, got " +
                          quoted(text.quantity ? format_number(q.value) : text.text));
    return false;
  }
  out = static_cast<std::int64_t>(q.value);
  return true;
}

bool Reader::read(const Node& node, const Bounds& bounds, double& out) {
  Quantity q;
  const bool ok = quantity(node, bounds, kNumber, q);
  out = ok ? q.value : out;
  return ok;
}

bool Reader::read(const Node& node, const Bounds& bounds, Rate& out) {
  Quantity q;
  const bool ok = quantity(node, bounds, kRate, q);
  out.per_ns = ok ? q.value : out.per_ns;
  return ok;
}

bool Reader::read(const Node& node, const Bounds& bounds, Bytes& out) {
  Quantity q;
  const bool ok = quantity(node, bounds, kBytes, q);
  out.count = ok ? static_cast<std::int64_t>(std::llround(std::min(q.value, 9e18))) : out.count;
  return ok;
}

bool Reader::read(const Node& node, const Bounds& bounds, ByteRate& out) {
  Quantity q;
  const bool ok = quantity(node, bounds, kByteRate, q);
  out.per_ns = ok ? q.value : out.per_ns;
  return ok;
}

bool Reader::read(const Node& node, const Bounds& bounds, Money& out) {
  Quantity q;
  const bool ok = quantity(node, bounds, kMoney, q);
  out.usd = ok ? q.value : out.usd;
  return ok;
}

bool Reader::read(const Node& node, const Bounds& bounds, MoneyRate& out) {
  Quantity q;
  const bool ok = quantity(node, bounds, kMoneyRate, q);
  out.usd_per_month = ok ? q.value * static_cast<double>(kMonthNs) : out.usd_per_month;
  return ok;
}

bool Reader::read(const Node& node, const Bounds& bounds, Cores& out) {
  Scalar text;
  if (!scalar(node, text, true)) {
    return false;
  }
  if (text.quantity) {
    out.count = text.quantity->value;
  } else {
    const auto parsed = parse_cores(text.text);
    if (const auto* message = std::get_if<std::string>(&parsed)) {
      error(text.place, "'" + key_of(path_) + "' must be a number of cores: " + *message);
      return false;
    }
    out.count = std::get<double>(parsed);
  }
  return in_bounds(text, out.count, bounds);
}

bool Reader::read(const Node& node, const Bounds& bounds, Share& out) {
  Quantity q;
  const bool ok = quantity(node, bounds, kNumber, q);
  out.of_one = ok ? q.value : out.of_one;
  return ok;
}

}  // namespace loadstone
