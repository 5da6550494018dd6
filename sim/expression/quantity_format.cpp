// Quantities as text, for messages and for `explain`.
#include <array>
#include <charconv>
#include <cmath>

#include "sim/expression/quantity.hpp"
#include "sim/expression/quantity_units.hpp"

namespace loadstone {
namespace {

// "1.5" for 1500 of 1000: exact, or "" if the fraction does not end within `digits` decimals.
std::string decimal_of(std::int64_t amount, std::int64_t unit, int digits) {
  std::string text = std::to_string(amount / unit);
  std::int64_t rest = amount % unit;
  if (rest == 0) {
    return text;
  }
  text += '.';
  for (; digits > 0 && rest != 0; --digits) {
    // rest < unit <= 2^47, so ten times it fits.
    text += static_cast<char>('0' + rest * 10 / unit);
    rest = rest * 10 % unit;
  }
  return rest == 0 ? text : "";
}

// Twelve significant digits: what is left of a number that has been scaled by a unit.
std::string scaled_number(double value) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, 12);
  return {buffer.data(), end.ptr};
}

std::string format_time(double ns) {
  if (ns >= 0 && ns < 4.6e18 && ns == std::floor(ns)) {
    return format_duration(static_cast<std::int64_t>(ns));
  }
  const double size = std::abs(ns);
  for (const auto& [name, scale] : {std::pair{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}}) {
    if (size >= scale) {
      return scaled_number(ns / scale) + name;
    }
  }
  return scaled_number(ns) + "ns";
}

// In the first unit that gives a number without decimals, else per second.
std::string format_per(double per_ns, std::string_view before) {
  for (const Unit& unit : kPer) {
    const double amount = per_ns / unit.scale.value();
    const bool whole = std::abs(amount - std::round(amount)) <= 1e-12 * std::abs(amount);
    if (whole && std::abs(amount) < 1e15) {
      return std::string(before) + format_number(std::round(amount)) + "/" + std::string(unit.name);
    }
  }
  return std::string(before) + scaled_number(per_ns * 1e9) + "/s";
}

void append_power(std::string& text, std::string_view name, int exponent) {
  if (exponent != 0) {
    text += (text.empty() ? "" : " * ") + std::string(name) + (exponent == 1 ? "" : "^" + std::to_string(exponent));
  }
}

std::string base_units(const Dimension& dimension, std::string_view time, std::string_view money) {
  std::string text;
  append_power(text, "bytes", dimension.bytes);
  append_power(text, money, dimension.money);
  append_power(text, "cores", dimension.cores);
  append_power(text, time, dimension.time);
  return text;
}

}  // namespace

std::string describe(const Dimension& dimension) {
  constexpr std::array<std::pair<Dimension, std::string_view>, 10> kNames{{
      {kNumber, "a number"},
      {kTime, "a duration"},
      {kRate, "a rate"},
      {kBytes, "a number of bytes"},
      {kByteRate, "a byte rate"},
      {kMoney, "an amount of money"},
      {kMoneyRate, "money per time"},
      {kCores, "a number of cores"},
      {Dimension{.bytes = -1, .money = 1}, "money per byte"},
      {Dimension{.time = 1, .cores = 1}, "core time"},
  }};
  for (const auto& [known, name] : kNames) {
    if (known == dimension) {
      return std::string(name);
    }
  }
  return "a quantity in " + base_units(dimension, "time", "money");
}

std::string format_number(double value) {
  std::array<char, 64> buffer{};
  const double size = std::abs(value);
  const bool plain = size == 0 || (size >= 1e-6 && size < 1e15);
  const auto end = plain ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed)
                         : std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

std::string format_duration(std::int64_t ns) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 3> kCompound{
      {{"d", 86'400 * kSecond}, {"h", 3'600 * kSecond}, {"m", 60 * kSecond}}};
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kSimple{
      {{"s", kSecond}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};
  std::string text;
  for (const auto& [name, unit] : kCompound) {
    if (ns >= unit) {
      text += std::to_string(ns / unit) + std::string(name);
      ns %= unit;
    }
  }
  if (ns == 0) {
    return text.empty() ? "0s" : text;
  }
  for (const auto& [name, unit] : kSimple) {
    if (ns >= unit) {
      return text + decimal_of(ns, unit, 9) + std::string(name);
    }
  }
  return text;
}

std::string format_bytes(std::int64_t bytes) {
  constexpr int kMostDecimals = 12;
  std::string best = std::to_string(bytes) + "B";
  for (const Unit& unit : kUnits) {
    const std::int64_t size = unit.scale.numerator;
    if (unit.dim == kBytes && size > 1 && bytes >= size) {
      const std::string text = decimal_of(bytes, size, kMostDecimals);
      const bool binary = unit.name.find('i') != std::string_view::npos;
      const std::string candidate = text + std::string(unit.name);
      if (!text.empty() && candidate.size() - (binary ? 1 : 0) <= best.size()) {
        best = candidate;
      }
    }
  }
  return best;
}

std::string format_quantity(double value, const Dimension& dimension) {
  const std::string sign = value < 0 ? "-" : "";
  if (dimension == kNumber) {
    return format_number(value);
  }
  if (dimension == kTime) {
    return format_time(value);
  }
  if (dimension == kRate) {
    return format_per(value, "");
  }
  if (dimension == kMoney) {
    return sign + "$" + scaled_number(std::abs(value));
  }
  if (dimension == kMoneyRate) {
    return format_per(std::abs(value), sign + "$");
  }
  if (dimension == kBytes && value >= 0 && value < 4.6e18 && value == std::floor(value)) {
    return format_bytes(static_cast<std::int64_t>(value));
  }
  if (dimension == kByteRate) {
    return scaled_number(value * 1e3) + "MB/s";
  }
  return scaled_number(value) + " " + base_units(dimension, "ns", "dollars");
}

}  // namespace loadstone
