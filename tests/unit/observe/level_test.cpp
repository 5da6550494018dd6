#include "sim/observe/level.hpp"

#include <gtest/gtest.h>

#include "sim/random/keyed.hpp"

namespace loadstone {
namespace {

// Int128 has no printer in googletest; these values fit 64 bits.
std::int64_t small(Int128 value) {
  return static_cast<std::int64_t>(value);
}

// Capacity 2.
//   t        10   20    25    30    40               50    60
//            +1   +1    line  line  -1, +1 waiter    line  -2
//   in use   1    2     2     2     2                2     0      area: 1 x 10 + 2 x 40 = 90; full 20..60 = 40
//   in line  0    0     1     2     1                0     0      area: 1 x 5 + 2 x 10 + 1 x 10 = 35; blocked 25
Level day() {
  Level level(2);
  level.use({10}, 1);
  level.use({20}, 1);
  level.enter_line({25});
  level.enter_line({30});
  level.use({40}, -1);
  level.leave_line({40});
  level.use({40}, 1);
  level.leave_line({50});
  level.use({60}, -2);
  return level;
}

TEST(Level, IntegralsAreThoseOfTheHandComputedDay) {
  const Totals t = day().totals({100});
  EXPECT_EQ(small(t.in_use_area), 90);
  EXPECT_EQ(small(t.waiting_area), 35);
  EXPECT_EQ(small(t.full_time), 40);
  EXPECT_EQ(small(t.blocked_time), 25);
  EXPECT_EQ(t.in_use, 0);
  EXPECT_EQ(t.waiting, 0);
}

TEST(Level, AnUntouchedOneHasNoTotals) {
  const Totals t = Level(3).totals({1'000});
  EXPECT_EQ(small(t.in_use_area), 0);
  EXPECT_EQ(small(t.waiting_area), 0);
  EXPECT_EQ(small(t.full_time), 0);
  EXPECT_EQ(small(t.blocked_time), 0);
}

// The day up to 35: in use 1 x 10 + 2 x 15 = 40, in line 1 x 5 + 2 x 5 = 15, full since 20, blocked since 25.
TEST(Level, TotalsCountWhatHasNotEndedYet) {
  Level level(2);
  level.use({10}, 1);
  level.use({20}, 1);
  level.enter_line({25});
  level.enter_line({30});
  const Totals t = level.totals({35});
  EXPECT_EQ(small(t.in_use_area), 40);
  EXPECT_EQ(small(t.waiting_area), 15);
  EXPECT_EQ(small(t.full_time), 15);
  EXPECT_EQ(small(t.blocked_time), 10);
  EXPECT_EQ(t.in_use, 2);
  EXPECT_EQ(t.waiting, 2);
  EXPECT_EQ(level.blocked_since().ns, 25);
}

// From 35 to 45 the level was 2 and full, in line 2 x 5 + 1 x 5.
TEST(Level, ADifferenceOfTotalsDescribesTheWindowBetween) {
  Level level(2);
  level.use({10}, 1);
  level.use({20}, 1);
  level.enter_line({25});
  level.enter_line({30});
  const Totals before = level.totals({35});
  level.use({40}, -1);
  level.leave_line({40});
  level.use({40}, 1);
  const Totals window = level.totals({45}) - before;
  EXPECT_EQ(small(window.in_use_area), 20);
  EXPECT_EQ(small(window.waiting_area), 15);
  EXPECT_EQ(small(window.full_time), 10);
  EXPECT_EQ(small(window.blocked_time), 10);
  EXPECT_EQ(window.in_use, 0);
  EXPECT_EQ(window.waiting, -1);
}

TEST(Level, AGrantToAWaiterAtTheInstantOfTheReleaseDoesNotInterruptFullness) {
  Level level(1);
  level.use({0}, 1);
  for (std::int64_t at = 10; at < 100; at += 10) {
    level.use({at}, -1);
    level.use({at}, 1);
  }
  EXPECT_EQ(small(level.totals({100}).full_time), 100);
}

TEST(Level, ALineThatEmptiesAndFillsAtOneInstantIsBlockedThroughout) {
  Level level(1);
  level.enter_line({5});
  level.leave_line({20});
  level.enter_line({20});
  level.leave_line({30});
  level.enter_line({50});
  EXPECT_EQ(level.blocked_since().ns, 50);
  const Totals t = level.totals({60});
  EXPECT_EQ(small(t.blocked_time), 25 + 10);
  EXPECT_EQ(small(t.waiting_area), 25 + 10);
}

// In use 3 of 4 from 0. Capacity 3 at 10: full. 2 at 20: still full (over it). 5 at 30: not. 3 at 45: full again.
TEST(Level, AChangeOfCapacityBeginsAndEndsFullness) {
  Level level(4);
  level.use({0}, 3);
  level.set_capacity({10}, 3);
  EXPECT_EQ(small(level.totals({15}).full_time), 5);
  level.set_capacity({20}, 2);
  level.set_capacity({30}, 5);
  EXPECT_EQ(small(level.totals({40}).full_time), 20);
  level.set_capacity({45}, 3);
  level.use({50}, -1);
  EXPECT_EQ(level.capacity(), 3);
  EXPECT_EQ(small(level.totals({100}).full_time), 20 + 5);
  EXPECT_EQ(small(level.totals({100}).in_use_area), 3 * 50 + 2 * 50);
}

TEST(Level, ACapacityOfZeroIsFullFromTheStartAndAnUnlimitedOneNever) {
  EXPECT_EQ(small(Level(0).totals({70}).full_time), 70);
  Level unlimited;
  unlimited.use({0}, 1'000'000'000);
  EXPECT_EQ(small(unlimited.totals({70}).full_time), 0);
}

// 10^9 units over 2^62 ns: 2^62 x 10^9 is far beyond 64 bits.
TEST(Level, LargeIntegralsAreExact) {
  Level level(1'000'000'000);
  level.use({1}, 1'000'000'000);
  EXPECT_TRUE(level.totals(kEndOfTime).in_use_area == (static_cast<Int128>(kEndOfTime.ns) - 1) * 1'000'000'000);
  EXPECT_TRUE(level.totals(kEndOfTime).full_time == static_cast<Int128>(kEndOfTime.ns) - 1);
}

// Up to two random changes in every nanosecond, against sums over every nanosecond.
TEST(Level, RandomDaysAgreeWithSumsOverEveryNanosecond) {
  std::uint64_t drawn = 0;
  const auto below = [&](std::uint64_t bound) { return uniform_below({combine(mix(11), drawn++)}, bound); };
  for (int trial = 0; trial < 20; ++trial) {
    Level level(3);
    std::int64_t in_use = 0;
    std::int64_t waiting = 0;
    std::int64_t capacity = 3;
    Totals plain;
    for (std::int64_t now = 0; now < 2000; ++now) {
      for (std::uint64_t change = below(3); change > 0; --change) {
        const std::uint64_t what = below(5);
        if (what == 0) {
          const auto units = static_cast<std::int64_t>(below(3));
          level.use({now}, units);
          in_use += units;
        } else if (what == 1 && in_use > 0) {
          const auto units = static_cast<std::int64_t>(below(static_cast<std::uint64_t>(in_use) + 1));
          level.use({now}, -units);
          in_use -= units;
        } else if (what == 2) {
          level.enter_line({now});
          ++waiting;
        } else if (what == 3 && waiting > 0) {
          level.leave_line({now});
          --waiting;
        } else if (what == 4) {
          capacity = static_cast<std::int64_t>(below(6));
          level.set_capacity({now}, capacity);
        }
      }
      const Totals so_far = level.totals({now});
      ASSERT_TRUE(so_far.in_use_area == plain.in_use_area && so_far.waiting_area == plain.waiting_area);
      ASSERT_TRUE(so_far.full_time == plain.full_time && so_far.blocked_time == plain.blocked_time);
      plain.in_use_area += in_use;
      plain.waiting_area += waiting;
      plain.full_time += in_use >= capacity ? 1 : 0;
      plain.blocked_time += waiting > 0 ? 1 : 0;
    }
  }
}

Totals numbered(std::int64_t first) {
  Totals t;
  t.in_use_area = first;
  t.waiting_area = first + 1;
  t.full_time = first + 2;
  t.blocked_time = first + 3;
  t.in_use = first + 4;
  t.waiting = first + 5;
  std::uint64_t count = static_cast<std::uint64_t>(first) + 6;
  for (std::uint64_t* field : {&t.arrivals, &t.granted, &t.waited, &t.refused, &t.timed_out, &t.completed}) {
    *field = count++;
  }
  return t;
}

void expect_each(const Totals& t, std::int64_t first, std::int64_t step) {
  EXPECT_EQ(small(t.in_use_area), first);
  EXPECT_EQ(small(t.waiting_area), first + step);
  EXPECT_EQ(small(t.full_time), first + 2 * step);
  EXPECT_EQ(small(t.blocked_time), first + 3 * step);
  EXPECT_EQ(t.in_use, first + 4 * step);
  EXPECT_EQ(t.waiting, first + 5 * step);
  std::int64_t expected = first + 6 * step;
  for (const std::uint64_t count : {t.arrivals, t.granted, t.waited, t.refused, t.timed_out, t.completed}) {
    EXPECT_EQ(static_cast<std::int64_t>(count), expected);
    expected += step;
  }
}

TEST(Totals, SumsAndDifferencesCoverEveryField) {
  expect_each(numbered(1000) - numbered(100), 900, 0);
  Totals sum = numbered(1);
  sum += numbered(10);
  expect_each(sum, 11, 2);
  expect_each(sum - numbered(10), 1, 1);
}

TEST(Totals, CountsAreThoseOfTheLevel) {
  Level level(1);
  level.arrivals = 6;
  level.granted = 7;
  level.waited = 8;
  level.refused = 9;
  level.timed_out = 10;
  level.completed = 11;
  const Totals t = level.totals({0});
  EXPECT_EQ(t.arrivals, 6U);
  EXPECT_EQ(t.granted, 7U);
  EXPECT_EQ(t.waited, 8U);
  EXPECT_EQ(t.refused, 9U);
  EXPECT_EQ(t.timed_out, 10U);
  EXPECT_EQ(t.completed, 11U);
}

}  // namespace
}  // namespace loadstone
