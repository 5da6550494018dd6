// sim/expression/quantity_units.hpp
//
// The units that a quantity can be written in, and what one of each is in base units.
//
// Not. Part of the reader's public face: include quantity.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/expression/quantity.hpp"

namespace loadstone {

struct Unit {
  std::string_view name;
  Dimension dim;
  Ratio scale;
};

inline constexpr std::int64_t kSecond = 1'000'000'000;

inline constexpr std::array kUnits{
    Unit{"ns", kTime, {1, 1}},
    Unit{"us", kTime, {1'000, 1}},
    Unit{"ms", kTime, {1'000'000, 1}},
    Unit{"s", kTime, {kSecond, 1}},
    Unit{"m", kTime, {60 * kSecond, 1}},
    Unit{"min", kTime, {60 * kSecond, 1}},
    Unit{"h", kTime, {3'600 * kSecond, 1}},
    Unit{"d", kTime, {86'400 * kSecond, 1}},
    Unit{"B", kBytes, {1, 1}},
    Unit{"kB", kBytes, {1'000, 1}},
    Unit{"MB", kBytes, {1'000'000, 1}},
    Unit{"GB", kBytes, {1'000'000'000, 1}},
    Unit{"TB", kBytes, {1'000'000'000'000, 1}},
    Unit{"KiB", kBytes, {std::int64_t{1} << 10, 1}},
    Unit{"MiB", kBytes, {std::int64_t{1} << 20, 1}},
    Unit{"GiB", kBytes, {std::int64_t{1} << 30, 1}},
    Unit{"TiB", kBytes, {std::int64_t{1} << 40, 1}},
    Unit{"kbps", kByteRate, {1, 8'000'000}},
    Unit{"Mbps", kByteRate, {1, 8'000}},
    Unit{"Gbps", kByteRate, {1, 8}},
    Unit{"%", kNumber, {1, 100}},
};

// What may follow a '/'.
inline constexpr std::array kPer{
    Unit{"s", kRate, {1, kSecond}},         Unit{"min", kRate, {1, 60 * kSecond}},
    Unit{"h", kRate, {1, 3'600 * kSecond}}, Unit{"day", kRate, {1, 86'400 * kSecond}},
    Unit{"month", kRate, {1, kMonthNs}},
};

// After '$' only: per million tokens.
inline constexpr std::array kPerPriced{kPer[0], kPer[1], kPer[2], kPer[3], kPer[4], Unit{"M", kNumber, {1, 1'000'000}}};

}  // namespace loadstone
