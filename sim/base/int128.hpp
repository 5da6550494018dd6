// sim/base/int128.hpp
//
// 128-bit integers for exact sums of nanoseconds and of their squares.
//
// Not. No parsing and no mixed arithmetic with floating point: convert with to_double, which rounds once.
#pragma once

#include <algorithm>
#include <string>

namespace loadstone {

__extension__ typedef __int128 Int128;  // -Wpedantic accepts the names only behind __extension__
__extension__ typedef unsigned __int128 UInt128;

[[nodiscard]] constexpr double to_double(Int128 value) {
  return static_cast<double>(value);
}
[[nodiscard]] constexpr double to_double(UInt128 value) {
  return static_cast<double>(value);
}

// Decimal digits, no separators.
[[nodiscard]] inline std::string to_string(UInt128 value) {
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

[[nodiscard]] inline std::string to_string(Int128 value) {
  const UInt128 magnitude = value < 0 ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
  return (value < 0 ? "-" : "") + to_string(magnitude);
}

}  // namespace loadstone
