#include "sim/expression/quantity.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>

#include "sim/base/trimmed.hpp"
#include "sim/expression/quantity_units.hpp"

namespace loadstone {
namespace {

constexpr std::int64_t kMostInBaseUnit = std::int64_t{1} << 62;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const Unit* find_unit(std::string_view name, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (unit.name == name) {
      return &unit;
    }
  }
  return nullptr;
}

// What a wrong unit probably stands for: "KB" for kB, "Mi" for MiB, "sec" for s, "minutes" for min; or "".
std::string_view meant_unit(std::string_view name, std::span<const Unit> units) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  std::string_view best;
  for (const Unit& unit : units) {
    const std::string_view wanted = unit.name;
    const bool same_letters = std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(),
                                         [&](char a, char b) { return lower(a) == lower(b); });
    const bool without_b = wanted.ends_with('B') && name.size() > 1 && wanted.substr(0, wanted.size() - 1) == name;
    if (same_letters || without_b) {
      return wanted;
    }
    if (name.starts_with(wanted) && wanted.size() > best.size()) {
      best = wanted;
    }
  }
  return best;
}

// Where a number that starts at `at` ends: digits [ '.' digits ] [ e [sign] digits ]. "1..2" and "1.x" end after the 1.
std::size_t end_of_number(std::string_view text, std::size_t at) {
  const auto digits = [&] {
    while (at < text.size() && (is_digit(text[at]) || text[at] == '_')) {
      ++at;
    }
  };
  const auto digit_at = [&](std::size_t i) { return i < text.size() && is_digit(text[i]); };
  digits();
  if (at < text.size() && text[at] == '.' && digit_at(at + 1)) {
    ++at;
    digits();
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const bool sign = at + 1 < text.size() && (text[at + 1] == '+' || text[at + 1] == '-');
    if (digit_at(at + (sign ? 2U : 1U))) {
      at += sign ? 2 : 1;
      digits();
    }
  }
  return at;
}

Ratio power_of_ten(int exponent) {
  constexpr int kLargest = 18;
  if (exponent > kLargest || exponent < -kLargest) {
    return {};
  }
  std::int64_t power = 1;
  for (int i = 0; i < std::abs(exponent); ++i) {
    power *= 10;
  }
  return exponent < 0 ? Ratio{1, power} : Ratio{power, 1};
}

// REQUIRES: `text` is what end_of_number() delimits, without '_'.
Quantity decimal(std::string_view text) {
  Ratio digits{0, 1};
  int exponent = 0;
  bool fraction = false;
  std::size_t i = 0;
  for (; i < text.size() && (is_digit(text[i]) || text[i] == '.'); ++i) {
    if (text[i] == '.') {
      fraction = true;
      continue;
    }
    digits = digits * Ratio{10, 1} + Ratio{text[i] - '0', 1};
    exponent -= fraction ? 1 : 0;
  }
  if (i < text.size()) {  // an 'e'
    const bool plus = text[i + 1] == '+';
    int written = 0;
    const char* const first = text.data() + i + (plus ? 2 : 1);
    if (std::from_chars(first, text.data() + text.size(), written).ec != std::errc{} || std::abs(written) > 1'000) {
      written = first[0] == '-' ? -1'000 : 1'000;
    }
    exponent += written;
  }
  Quantity result;
  result.step = power_of_ten(exponent);
  result.exact = digits.known() && digits.numerator == 0 ? digits : digits * result.step;
  if (result.exact.known()) {
    result.value = result.exact.value();
  } else if (std::from_chars(text.data(), text.data() + text.size(), result.value).ec != std::errc{}) {
    result.value = exponent > 0 ? HUGE_VAL : 0.0;
  }
  return result;
}

void scale(Quantity& quantity, const Unit& unit) {
  quantity.exact = quantity.exact * unit.scale;
  quantity.step = quantity.step * unit.scale;
  quantity.value = quantity.exact.known() ? quantity.exact.value() : quantity.value * unit.scale.value();
  quantity.dim.time = static_cast<std::int8_t>(quantity.dim.time + unit.dim.time);
  quantity.dim.bytes = static_cast<std::int8_t>(quantity.dim.bytes + unit.dim.bytes);
}

// Reads one quantity from front to back; `error_` is set once and ends the reading.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(trimmed(text)) {}

  Parsed<Quantity> read() {
    refuse_other_spellings();
    const bool negative = error_.empty() && take('-');
    const bool money = error_.empty() && take('$');
    Quantity result;
    if (error_.empty()) {
      result = number();
    }
    if (error_.empty()) {
      result.dim = money ? kMoney : kNumber;
      money ? per(result, kPerPriced, "/M /s /min /h /day /month") : units(result);
    }
    if (error_.empty() && at_ < text_.size()) {
      fail("'" + std::string(text_.substr(at_)) + "' is left over after the quantity");
    }
    if (error_.empty() && !std::isfinite(result.value)) {
      fail("too large a number");
    }
    if (!error_.empty()) {
      return error_;
    }
    if (negative) {
      result.value = -result.value;
      result.exact.numerator = -result.exact.numerator;
    }
    return result;
  }

 private:
  void fail(const std::string& what) {
    if (error_.empty()) {
      error_ = "'" + std::string(text_) + "': " + what;
    }
  }

  bool take(char c) {
    const bool found = at_ < text_.size() && text_[at_] == c;
    at_ += found ? 1 : 0;
    return found;
  }

  void refuse_other_spellings() {
    const std::string_view bare = text_.substr(text_.starts_with('-') || text_.starts_with('+') ? 1 : 0);
    const std::string_view digits = bare.substr(bare.starts_with('$') ? 1 : 0);
    if (text_.empty()) {
      fail("a quantity is needed, for example 20ms, 12/h, 8GiB or 0.5");
    } else if (bare == "nan" || bare == ".nan" || bare == "NaN" || bare == ".NaN" || bare == "inf" || bare == ".inf" ||
               bare == "infinity" || bare == "Infinity") {
      fail("only finite numbers are quantities");
    } else if (text_.starts_with('+')) {
      fail("a number has no leading '+'");
    } else if (digits.starts_with('.')) {
      fail("a decimal fraction starts with a digit, as in 0.5");
    } else if (digits.starts_with("0x") || digits.starts_with("0X")) {
      fail("numbers are decimal");
    } else if (digits.empty() || !is_digit(digits.front())) {
      fail("not a quantity; expected a number and a unit, for example 20ms, 12/h, 8GiB or 0.5");
    } else if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1])) {
      fail("a number has no leading zeros");
    }
  }

  Quantity number() {
    const std::size_t end = end_of_number(text_, at_);
    const std::string_view digits = text_.substr(at_, end - at_);
    at_ = end;
    if (digits.find('_') != std::string_view::npos) {
      fail("a number has no '_' between its digits");
      return {};
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      fail("a decimal point stands between two digits");
    }
    return decimal(digits);
  }

  std::string_view word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || static_cast<unsigned char>(text_[at_]) >= 0x80)) {
      ++at_;
    }
    if (at_ == start && at_ < text_.size() && text_[at_] == '%') {
      ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  const Unit* unit_named(std::string_view name, std::span<const Unit> units, std::string_view allowed) {
    const Unit* const unit = find_unit(name, units);
    if (unit == nullptr) {
      const std::string_view nearest = meant_unit(name, units);
      const bool comma = at_ < text_.size() && text_[at_] == ',';
      fail((comma          ? "the decimal point is written '.'"
            : name.empty() ? "a unit is missing"
                           : "unknown unit '" + std::string(name) + "'") +
           (nearest.empty() ? "" : ", did you mean '" + std::string(nearest) + "'?") + "; units are " +
           std::string(allowed));
    }
    return unit;
  }

  void units(Quantity& result) {
    while (take(' ')) {
    }
    if (at_ < text_.size() && text_[at_] != '/') {
      const Unit* unit =
          unit_named(word(), kUnits, "ns us ms s m min h d, B kB MB GB TB KiB MiB GiB TiB, Mbps Gbps, %");
      if (unit == nullptr) {
        return;
      }
      scale(result, *unit);
      while (error_.empty() && at_ < text_.size() && is_digit(text_[at_])) {
        unit = compound_part(result, *unit);
      }
    }
    per(result, kPer, "/s /min /h /day /month");
  }

  // The "30s" of "1m30s": a smaller unit of time each time, and a whole number before it.
  const Unit* compound_part(Quantity& result, const Unit& previous) {
    Quantity part = number();
    const Unit* const unit = error_.empty() ? unit_named(word(), kUnits, "ns us ms s m min h d") : nullptr;
    if (unit == nullptr) {
      return &previous;
    }
    if (previous.dim != kTime || unit->dim != kTime || compare(unit->scale, previous.scale) >= 0) {
      fail("parts of a duration go from larger to smaller units, as in 1h30m");
      return &previous;
    }
    if (result.step != previous.scale) {
      fail("only the last part of a duration has decimals");
    }
    scale(part, *unit);
    result.exact = result.exact + part.exact;
    result.value = result.exact.known() ? result.exact.value() : result.value + part.value;
    result.step = part.step;
    return unit;
  }

  void per(Quantity& result, std::span<const Unit> units, std::string_view allowed) {
    if (error_.empty() && take('/')) {
      if (result.dim.time != 0) {
        fail("neither a duration nor a rate is divided by a unit");
        return;
      }
      if (const Unit* const unit = unit_named(word(), units, allowed)) {
        scale(result, *unit);
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
};

// A whole number of base units in [0, 2^62].
Parsed<std::int64_t> whole(std::string_view text, const Dimension& wanted, std::int64_t bare_unit,
                           std::string_view example, std::string_view smallest) {
  Parsed<Quantity> parsed = parse_quantity(text);
  if (const std::string* const error = std::get_if<std::string>(&parsed)) {
    return *error;
  }
  Quantity& quantity = std::get<Quantity>(parsed);
  const std::string found = "'" + std::string(trimmed(text)) + "': ";
  if (quantity.dim == kNumber && bare_unit > 0 && !found.ends_with("%': ")) {
    scale(quantity, {"", wanted, {bare_unit, 1}});
  }
  if (quantity.dim == kNumber && !found.ends_with("%': ")) {
    return found + describe(wanted) + " needs a unit, for example " + std::string(example);
  }
  if (quantity.dim != wanted) {
    return found + "this is " + describe(quantity.dim) + ", " + describe(wanted) + " is needed";
  }
  if (quantity.value < 0) {
    return found + describe(wanted) + " is not negative";
  }
  if (quantity.value > static_cast<double>(kMostInBaseUnit) ||
      (quantity.exact.known() && compare(quantity.exact, {kMostInBaseUnit, 1}) > 0)) {
    return found + "larger than " + std::string(wanted == kTime ? "146 years" : "4 EiB") + ", the most there can be";
  }
  if (!quantity.exact.known() || quantity.exact.denominator != 1) {
    return found + "has fractions of a " + std::string(smallest);
  }
  return quantity.exact.numerator;
}

}  // namespace

Parsed<Quantity> parse_quantity(std::string_view text) {
  constexpr std::size_t kLongest = 100;
  if (text.size() > kLongest) {
    return "'" + std::string(text.substr(0, kLongest)) + "…': too long for a quantity";
  }
  return Reader(text).read();
}

Parsed<std::int64_t> parse_duration(std::string_view text, std::int64_t bare_unit_ns) {
  return whole(text, kTime, bare_unit_ns, "'3s' or '20ms'", "nanosecond");
}

Parsed<std::int64_t> parse_bytes(std::string_view text, std::int64_t bare_unit) {
  return whole(text, kBytes, bare_unit, "'512MiB' or '10kB'", "byte");
}

Parsed<double> parse_cores(std::string_view text) {
  const std::string_view number = trimmed(text);
  const bool millicores = number.ends_with('m');
  Parsed<Quantity> parsed = parse_quantity(millicores ? number.substr(0, number.size() - 1) : number);
  const Quantity* const quantity = std::get_if<Quantity>(&parsed);
  if (quantity == nullptr || quantity->dim != kNumber || quantity->value < 0 || number.ends_with('%')) {
    return "'" + std::string(number.substr(0, 100)) + "': a number of cores is needed, for example 2, 0.5 or 500m";
  }
  const Ratio exact = quantity->exact / Ratio{1'000, 1};
  return !millicores ? quantity->value : (exact.known() ? exact.value() : quantity->value / 1'000);
}

std::size_t quantity_prefix(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  const bool money = at(0) == '$';
  std::size_t end = money ? 1 : 0;
  if (!is_digit(at(end))) {
    return 0;
  }
  const auto letters = [&](std::size_t from) {
    while (is_letter(at(from))) {
      ++from;
    }
    return from;
  };
  do {
    end = letters(end_of_number(text, end));
  } while (is_letter(at(end - 1)) && is_digit(at(end)));
  if (at(end) == '%') {
    return end + 1;
  }
  if (at(end) == '/') {
    const std::size_t stop = letters(end + 1);
    const char next = at(stop);
    const bool name_goes_on = is_digit(next) || next == '_' || next == '.' || next == '@' || next == '(';
    const std::string_view name = text.substr(end + 1, stop - end - 1);
    if (!name_goes_on && find_unit(name, money ? std::span<const Unit>(kPerPriced) : std::span<const Unit>(kPer))) {
      return stop;
    }
  }
  return end;
}

}  // namespace loadstone
