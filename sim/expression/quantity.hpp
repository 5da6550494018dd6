// sim/expression/quantity.hpp
//
// Numbers with units, as they are written in files: 20ms, 1m30s, 8GiB, 40%, 12/h, 10MB/s, $24/month, $0.15/M.
//
// Units.  Base units: time in nanoseconds, data in bytes, money in dollars, cores. A rate is per nanosecond
//         (12/s is 12e-9), so that dimensions alone say how to read a value. A month has 30 days, kB is 1000 bytes.
// Exact.  Decimal text is read without rounding wherever the result fits a ratio of two 63-bit integers.
// Errors. A parser returns its result or a message that begins with the text that was found, in quotes.
// Not.    Which unit a field wants is the field's business; "500m" is minutes here and millicores in parse_cores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace loadstone {

// Exponents of the base units. Counts, shares and plain numbers have none.
struct Dimension {
  std::int8_t time = 0;
  std::int8_t bytes = 0;
  std::int8_t money = 0;
  std::int8_t cores = 0;

  friend bool operator==(const Dimension&, const Dimension&) = default;
};

inline constexpr Dimension kNumber{};
inline constexpr Dimension kTime{.time = 1};
inline constexpr Dimension kRate{.time = -1};
inline constexpr Dimension kBytes{.bytes = 1};
inline constexpr Dimension kByteRate{.time = -1, .bytes = 1};
inline constexpr Dimension kMoney{.money = 1};
inline constexpr Dimension kMoneyRate{.time = -1, .money = 1};
inline constexpr Dimension kCores{.cores = 1};

inline constexpr std::int64_t kMonthNs = 30 * 86'400'000'000'000;

// With its article, for messages: "a number", "a duration", "a rate", "a number of bytes", "money per time".
[[nodiscard]] std::string describe(const Dimension& dimension);

// A fraction in lowest terms with denominator > 0; a denominator of 0 means that no exact value is known.
struct Ratio {
  std::int64_t numerator = 0;
  std::int64_t denominator = 0;

  [[nodiscard]] bool known() const { return denominator > 0; }
  [[nodiscard]] double value() const;  // REQUIRES: known()
  friend bool operator==(const Ratio&, const Ratio&) = default;
  // Unknown if an operand is unknown, the result does not fit, or the divisor is 0.
  friend Ratio operator+(const Ratio& a, const Ratio& b);
  friend Ratio operator-(const Ratio& a, const Ratio& b);
  friend Ratio operator*(const Ratio& a, const Ratio& b);
  friend Ratio operator/(const Ratio& a, const Ratio& b);
};

// -1, 0 or 1. REQUIRES: both known.
[[nodiscard]] int compare(const Ratio& a, const Ratio& b);

struct Quantity {
  double value = 0;  // in base units
  Dimension dim;
  Ratio exact;  // the same value without rounding
  Ratio step;   // one unit of the last written digit: 0.01 for "1.20", 1e6 ns for "20ms"; see operator ~
};

template <class T>
using Parsed = std::variant<T, std::string>;  // the result, or the error message

// Any quantity, whatever its dimension.
[[nodiscard]] Parsed<Quantity> parse_quantity(std::string_view text);

// Nanoseconds, exactly, in [0, 2^62]. A bare number is multiplied by `bare_unit_ns`; 0 means that a unit is required.
[[nodiscard]] Parsed<std::int64_t> parse_duration(std::string_view text, std::int64_t bare_unit_ns = 0);
// Whole bytes, exactly, in [0, 2^62]. A bare number is multiplied by `bare_unit`; 0 means that a unit is required.
[[nodiscard]] Parsed<std::int64_t> parse_bytes(std::string_view text, std::int64_t bare_unit = 0);
// Cores: "2", "0.5", or millicores as Kubernetes writes them: "500m".
[[nodiscard]] Parsed<double> parse_cores(std::string_view text);

// How many characters at the start of `text` make one quantity, without inner spaces: 5 for "1m30s - x", 4 for "12/h",
// 3 for "100/services". 0 if `text` does not start with a digit or a '$' before a digit. The prefix may still be wrong.
[[nodiscard]] std::size_t quantity_prefix(std::string_view text);

// Readable, exact, and read back to the same value: "1m30s", "1.5ms", "250us"; "8GiB", "1.5MB". REQUIRES: not negative.
[[nodiscard]] std::string format_duration(std::int64_t ns);
[[nodiscard]] std::string format_bytes(std::int64_t bytes);
// A number without needless digits, and the unit of its dimension; 17 significant digits only when they are needed.
[[nodiscard]] std::string format_number(double value);
[[nodiscard]] std::string format_quantity(double value, const Dimension& dimension);

// A call as it is written: "lognormal(mean=20ms; cv=0.8)". A bare name ("uniform") is a call without arguments.
struct Argument {
  std::string_view name;  // "" for a positional argument
  std::string_view text;  // without quotes
  bool quoted = false;
};

struct Call {
  std::string_view name;
  std::vector<Argument> arguments;
  bool parenthesised = false;

  // The argument of that name, or nullptr.
  [[nodiscard]] const Argument* find(std::string_view wanted) const;
};

// Arguments are separated by ';', or, where there is no ';', by ','. The views point into `text`.
[[nodiscard]] Parsed<Call> split_call(std::string_view text);

// The two sides of "10ms .. 20ms", trimmed; nothing if `text` has no "..".
[[nodiscard]] std::optional<std::pair<std::string_view, std::string_view>> split_interval(std::string_view text);

}  // namespace loadstone
