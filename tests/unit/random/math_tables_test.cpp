// Every entry of the tables behind log and exp, against 50-digit arithmetic.
#include "sim/random/math_tables.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>

#include "sim/random/math.hpp"

namespace loadstone::math::detail {
namespace {

using Wide = boost::multiprecision::cpp_bin_float_50;

TEST(MathTables, LogEntriesAreRoundedLogarithmsInTwoParts) {
  for (const LogEntry& entry : kLogTable) {
    const Wide exact = log(Wide(entry.c));
    EXPECT_EQ(entry.inverse, static_cast<double>(1 / Wide(entry.c)));
    EXPECT_EQ(entry.log_high * 0x1p42, std::nearbyint(static_cast<double>(exact * Wide(0x1p42))));
    EXPECT_EQ(entry.log_low, static_cast<double>(exact - Wide(entry.log_high)));
  }
  EXPECT_EQ(kLn2Low, static_cast<double>(log(Wide(2)) - Wide(kLn2High)));
}

TEST(MathTables, LogEntriesLieInTheMiddleOfTheirIntervals) {
  for (std::uint64_t i = 0; i < kLogTable.size(); ++i) {
    const auto low = std::bit_cast<double>(kLogOrigin + (i << 45));
    const auto high = std::bit_cast<double>(kLogOrigin + ((i + 1) << 45));
    EXPECT_LT(low, kLogTable[i].c);
    EXPECT_LT(kLogTable[i].c, high);
    EXPECT_LE((high - kLogTable[i].c) / kLogTable[i].c, 0x1p-7);
  }
}

TEST(MathTables, ExpEntriesAreRoundedPowersAndTheirRelativeRest) {
  for (std::size_t j = 0; j < kExpTable.size(); ++j) {
    const Wide exact = pow(Wide(2), Wide(j) / 128);
    EXPECT_EQ(kExpTable[j].power, static_cast<double>(exact));
    EXPECT_EQ(kExpTable[j].tail, static_cast<double>((exact - Wide(kExpTable[j].power)) / exact));
  }
}

}  // namespace
}  // namespace loadstone::math::detail
