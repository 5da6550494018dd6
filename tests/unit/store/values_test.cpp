// Values as bytes: what is written is read back, and what nobody wrote is refused.
#include "src/store/values.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace loadstone::store {
namespace {

template <class T>
T there_and_back(const T& before) {
  ByteWriter out;
  value(out, before);
  const std::string bytes = out.take();
  ByteReader in(bytes);
  T after{};
  value(in, after);
  in.expect_end();
  return after;
}

TEST(Values, IntegersOfAllSizesComeBack) {
  for (const std::int64_t number : {INT64_MIN, INT64_MIN + 1, INT64_C(-65), INT64_C(-64), INT64_C(-1), INT64_C(0),
                                    INT64_C(1), INT64_C(63), INT64_C(64), INT64_MAX}) {
    EXPECT_EQ(there_and_back(number), number);
  }
  for (const std::uint64_t number : {UINT64_C(0), UINT64_C(127), UINT64_C(128), UINT64_MAX}) {
    EXPECT_EQ(there_and_back(number), number);
  }
  const Int128 lowest = static_cast<Int128>(UInt128{1} << 127);
  for (const Int128 number : {lowest, lowest + 1, Int128{-1}, Int128{0}, -(lowest + 1)}) {
    EXPECT_TRUE(there_and_back(number) == number) << to_string(number);
  }
  EXPECT_TRUE(there_and_back(~UInt128{0}) == ~UInt128{0});
}

TEST(Values, SmallNumbersTakeOneByte) {
  ByteWriter out;
  value(out, std::int64_t{-64});
  value(out, std::uint64_t{127});
  EXPECT_EQ(out.take(), std::string("\x7f\x7f"));
}

TEST(Values, DoublesKeepTheirBits) {
  for (const double number : {0.0, -0.0, 0.1, 1e308, 5e-324, HUGE_VAL, -HUGE_VAL}) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(there_and_back(number)), std::bit_cast<std::uint64_t>(number));
  }
  EXPECT_TRUE(std::isnan(there_and_back(double{NAN})));
}

TEST(Values, ListsTextsAndWhatMayBeAbsentComeBack) {
  const std::vector<std::string> texts{"", "a", std::string("b\0c", 3)};
  EXPECT_EQ(there_and_back(texts), texts);
  EXPECT_EQ(there_and_back(std::optional<std::uint64_t>()), std::nullopt);
  EXPECT_EQ(there_and_back(std::optional<std::uint64_t>(7)), 7);
  const std::map<std::string, std::vector<double>> map{{"a", {1, 2}}, {"b", {}}};
  EXPECT_EQ(there_and_back(map), map);
}

template <class T>
void expect_refused(const std::string& bytes) {
  ByteReader in(bytes);
  T read{};
  EXPECT_THROW(value(in, read), CorruptBytes);
}

TEST(Values, WhatIsTooShortTooLargeOrTooLongIsRefused) {
  expect_refused<std::uint64_t>("");
  expect_refused<std::uint64_t>("\x80");                      // goes on, and does not
  expect_refused<std::uint8_t>("\x80\x02");                   // 256
  expect_refused<std::int32_t>("\x80\x80\x80\x80\x10");       // 2^31
  expect_refused<bool>("\x02");                               // neither
  expect_refused<UInt128>(std::string(18, '\xff') + "\x04");  // 2^128
  expect_refused<UInt128>(std::string(30, '\x80'));           // for ever
  expect_refused<double>("1234567");                          // seven of eight bytes
  expect_refused<std::string>(
      "\x05"
      "four");                                                     // five
  expect_refused<std::vector<std::uint64_t>>("\xff\xff\xff\x7f");  // 2^28 of them in no bytes
}

TEST(Values, WhatIsLeftOverIsNotOverlooked) {
  ByteReader in("ab");
  (void)in.raw(1);
  EXPECT_THROW(in.expect_end(), CorruptBytes);
}

}  // namespace
}  // namespace loadstone::store
