// How the sides of a condition are written for a reader: four digits, in a unit that can be compared by eye.
#include "sim/claims/evidence.hpp"

#include <gtest/gtest.h>

#include "sim/expression/value.hpp"

namespace loadstone {
namespace {

std::string shown(const std::string& quantity) {
  const auto parsed = parse_quantity(quantity);
  return short_text(Value::number(std::get<Quantity>(parsed)));
}

TEST(Evidence, HasFourDigitsAndWholeNumbersInFull) {
  EXPECT_EQ(shown("0.12345678"), "0.1235");
  EXPECT_EQ(shown("1234567"), "1234567");
  EXPECT_EQ(shown("223ms"), "223ms");
}

// 43,446 a minute are 724.1 a second; a rate below one a second keeps the unit in which it is a whole number.
TEST(Evidence, RatesArePerSecondFromOneOn) {
  EXPECT_EQ(shown("43446/min"), "724.1/s");
  EXPECT_EQ(shown("5000/s"), "5000/s");
  EXPECT_EQ(shown("60/min"), "1/s");
  EXPECT_EQ(shown("30/min"), "30/min");
  EXPECT_EQ(shown("50/day"), "50/day");
}

TEST(Evidence, MoneyPerTimeIsPerMonth) {
  EXPECT_EQ(shown("$190/month"), "$190/month");
  EXPECT_EQ(shown("$1/h"), "$720/month");
}

TEST(Evidence, AnIntervalHasBothEndsInTheSameUnit) {
  const Value rate = Value::interval(Number(9.827e-9), Number(36036.0 / 3600e9), kRate);
  EXPECT_EQ(short_text(rate), "9.827/s .. 10.01/s");
}

}  // namespace
}  // namespace loadstone
