// sim/base/sim_time.hpp
//
// Simulated time: an integer number of nanoseconds, as an instant (SimTime) and as a span (Duration).
//
// Range. Instants run from 0 to 2^62 ns (146 years); a check elsewhere ends a run that passes it.
// Not.   These are not wall-clock types: nothing here reads a clock.
#pragma once

#include <compare>
#include <cstdint>

namespace loadstone {

struct Duration {
  std::int64_t ns = 0;

  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.ns + b.ns}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.ns - b.ns}; }
  friend constexpr Duration operator*(Duration a, std::int64_t k) { return {a.ns * k}; }
  constexpr Duration& operator+=(Duration d) {
    ns += d.ns;
    return *this;
  }
  [[nodiscard]] constexpr double seconds() const { return static_cast<double>(ns) / 1e9; }
};

struct SimTime {
  std::int64_t ns = 0;

  friend constexpr auto operator<=>(SimTime, SimTime) = default;
  friend constexpr SimTime operator+(SimTime t, Duration d) { return {t.ns + d.ns}; }
  friend constexpr SimTime operator-(SimTime t, Duration d) { return {t.ns - d.ns}; }
  friend constexpr Duration operator-(SimTime a, SimTime b) { return {a.ns - b.ns}; }
  [[nodiscard]] constexpr double seconds() const { return static_cast<double>(ns) / 1e9; }
};

inline constexpr SimTime kEndOfTime{std::int64_t{1} << 62};

namespace literals {
constexpr Duration operator""_ns(unsigned long long n) {
  return {static_cast<std::int64_t>(n)};
}
constexpr Duration operator""_us(unsigned long long n) {
  return {static_cast<std::int64_t>(n) * 1'000};
}
constexpr Duration operator""_ms(unsigned long long n) {
  return {static_cast<std::int64_t>(n) * 1'000'000};
}
constexpr Duration operator""_s(unsigned long long n) {
  return {static_cast<std::int64_t>(n) * 1'000'000'000};
}
}  // namespace literals

}  // namespace loadstone
