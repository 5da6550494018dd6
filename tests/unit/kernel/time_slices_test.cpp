#include "sim/kernel/time_slices.hpp"

#include <gmock/gmock.h>

#include <utility>

namespace loadstone {
namespace {

using ::testing::ElementsAre;

EventKey at(std::int64_t ns) {
  return EventKey::of({ns}, Phase::wake, 0, 0);
}

std::vector<std::int64_t> taken(TimeSlices& slices) {
  std::vector<std::int64_t> instants;
  for (const EventKey key : std::exchange(slices.keys(), {})) {
    instants.push_back(key.at().ns);
  }
  return instants;
}

TEST(TimeSlices, HoldWhatLiesBetweenTheirBeginningAndTheirEnd) {
  TimeSlices slices;
  EXPECT_FALSE(slices.put(at(0)));  // none has begun
  slices.begin({100}, 3, 4);        // 100 .. 131
  EXPECT_FALSE(slices.put(at(99)));
  EXPECT_TRUE(slices.put(at(100)));
  EXPECT_TRUE(slices.put(at(131)));
  EXPECT_FALSE(slices.put(at(132)));
  EXPECT_FALSE(slices.put(at(kEndOfTime.ns)));
}

TEST(TimeSlices, GoFromOneThatHasKeysToTheNext) {
  TimeSlices slices;
  slices.begin({100}, 3, TimeSlices::kMost);
  for (const std::int64_t ns : {107, 2147, 100, 612, 108}) {
    ASSERT_TRUE(slices.put(at(ns)));
  }
  ASSERT_TRUE(slices.next());
  EXPECT_EQ(slices.begins(), SimTime{100});
  EXPECT_EQ(slices.ends(), SimTime{108});
  EXPECT_THAT(taken(slices), ElementsAre(107, 100));
  ASSERT_TRUE(slices.next());
  EXPECT_THAT(taken(slices), ElementsAre(108));
  EXPECT_TRUE(slices.put(at(116)));  // of the next one, while this one runs
  ASSERT_TRUE(slices.next());
  EXPECT_THAT(taken(slices), ElementsAre(116));
  ASSERT_TRUE(slices.next());
  EXPECT_EQ(slices.begins(), SimTime{612});
  EXPECT_THAT(taken(slices), ElementsAre(612));
  ASSERT_TRUE(slices.next());
  EXPECT_EQ(slices.ends(), SimTime{2148});  // the last one
  EXPECT_THAT(taken(slices), ElementsAre(2147));
  EXPECT_FALSE(slices.next());
}

TEST(TimeSlices, OfANanosecondEachAreThoseOfTheirInstants) {
  TimeSlices slices;
  slices.begin({7}, 0, 2);
  EXPECT_TRUE(slices.put(at(8)));
  EXPECT_TRUE(slices.put(at(7)));
  EXPECT_FALSE(slices.put(at(9)));
  ASSERT_TRUE(slices.next());
  EXPECT_THAT(taken(slices), ElementsAre(7));
  ASSERT_TRUE(slices.next());
  EXPECT_THAT(taken(slices), ElementsAre(8));
}

TEST(TimeSlices, EraseWhatGoesWhereverItLies) {
  TimeSlices slices;
  slices.begin({0}, 4, TimeSlices::kMost);
  for (std::int64_t ns = 0; ns < 64; ++ns) {
    ASSERT_TRUE(slices.put(at(ns)));
  }
  EXPECT_EQ(slices.erase_if([](EventKey key) { return key.at().ns % 4 != 0; }), 48U);
  for (std::int64_t first = 0; first < 64; first += 16) {
    ASSERT_TRUE(slices.next());
    EXPECT_THAT(taken(slices), ElementsAre(first, first + 4, first + 8, first + 12));
  }
  EXPECT_FALSE(slices.next());
}

}  // namespace
}  // namespace loadstone
