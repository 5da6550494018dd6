#include "sim/kernel/future_event_set.hpp"

#include <gmock/gmock.h>

#include <array>
#include <tuple>
#include <vector>

namespace loadstone {
namespace {

using ::testing::ElementsAre;

constexpr std::array kPhases{Phase::release, Phase::expire, Phase::wake, Phase::arrival, Phase::observe};

Action tagged(std::uint64_t tag) {
  return {nullptr, nullptr, tag};
}

std::vector<std::uint64_t> pop_all(FutureEventSet& set) {
  std::vector<std::uint64_t> tags;
  while (!set.empty()) {
    tags.push_back(set.pop().argument);
  }
  return tags;
}

TEST(FutureEventSet, AnEmptyOneHoldsNothing) {
  const FutureEventSet set;
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.size(), 0U);
  EXPECT_EQ(set.scheduled(), 0U);
}

TEST(FutureEventSet, TheInstantComesBeforeThePhaseAndThePhaseBeforeTheOrderOfScheduling) {
  FutureEventSet set;
  set.schedule({20}, Phase::release, tagged(5));
  set.schedule({10}, Phase::arrival, tagged(3));
  set.schedule({10}, Phase::observe, tagged(4));
  set.schedule({10}, Phase::release, tagged(1));
  set.schedule({10}, Phase::release, tagged(2));
  set.schedule({0}, Phase::observe, tagged(0));
  EXPECT_EQ(set.scheduled(), 6U);
  EXPECT_THAT(pop_all(set), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(FutureEventSet, EveryPairOfPhasesAtOneInstantRunsInTheOrderOfThePhases) {
  for (const Phase first : kPhases) {
    for (const Phase second : kPhases) {
      FutureEventSet set;
      set.schedule({7}, first, tagged(1));
      set.schedule({7}, second, tagged(2));
      if (second < first) {
        EXPECT_THAT(pop_all(set), ElementsAre(2, 1));
      } else {
        EXPECT_THAT(pop_all(set), ElementsAre(1, 2));
      }
    }
  }
}

TEST(FutureEventSet, PopGivesBackTheInstantThePhaseAndTheAction) {
  FutureEventSet set;
  int object = 0;
  const auto run = [](void*, std::uint64_t) {};
  set.schedule({123}, Phase::wake, {run, &object, 77});
  EXPECT_EQ(set.next_at().ns, 123);
  EXPECT_EQ(set.next_key().at().ns, 123);
  EXPECT_EQ(set.next_key().phase(), Phase::wake);
  const Action popped = set.pop();
  EXPECT_EQ(popped.run, static_cast<void (*)(void*, std::uint64_t)>(run));
  EXPECT_EQ(popped.object, &object);
  EXPECT_EQ(popped.argument, 77U);
}

TEST(FutureEventSet, ACancelledEventIsGoneAndTheOthersStay) {
  for (std::size_t victim = 0; victim < 9; ++victim) {  // nine: root, inner nodes and leaves of a 4-ary heap
    FutureEventSet set;
    std::vector<EventId> ids;
    std::vector<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < 9; ++i) {
      ids.push_back(set.schedule({static_cast<std::int64_t>(i)}, Phase::wake, tagged(i)));
      if (i != victim) {
        expected.push_back(i);
      }
    }
    EXPECT_TRUE(set.cancel(ids[victim]));
    EXPECT_EQ(set.size(), 8U);
    EXPECT_EQ(pop_all(set), expected) << "victim " << victim;
  }
}

// The heap below is [0; 100, 1, 200, 300; 101 .. 104, 2 ..]: the last leaf, 2, replaces 103 under 100 and must go up.
TEST(FutureEventSet, TheEventThatFillsTheGapOfACancelledOneMayHaveToRise) {
  FutureEventSet set;
  EventId victim;
  for (const int at : {0, 100, 1, 200, 300, 101, 102, 103, 104, 2}) {
    const EventId id = set.schedule({at}, Phase::wake, tagged(static_cast<std::uint64_t>(at)));
    if (at == 103) {
      victim = id;
    }
  }
  EXPECT_TRUE(set.cancel(victim));
  EXPECT_THAT(pop_all(set), ElementsAre(0, 1, 2, 100, 101, 102, 104, 200, 300));
}

TEST(FutureEventSet, CancellingTheOnlyEventLeavesAnEmptySetThatCanBeUsedAgain) {
  FutureEventSet set;
  EXPECT_TRUE(set.cancel(set.schedule({1}, Phase::wake, tagged(1))));
  EXPECT_TRUE(set.empty());
  set.schedule({2}, Phase::wake, tagged(2));
  EXPECT_THAT(pop_all(set), ElementsAre(2));
}

TEST(FutureEventSet, CancellingWhatIsNotPendingIsFalseAndChangesNothing) {
  FutureEventSet set;
  const EventId ran = set.schedule({1}, Phase::wake, tagged(1));
  const EventId cancelled = set.schedule({2}, Phase::wake, tagged(2));
  const EventId pending = set.schedule({3}, Phase::wake, tagged(3));
  set.pop();
  EXPECT_TRUE(set.cancel(cancelled));

  EXPECT_FALSE(set.cancel(ran));
  EXPECT_FALSE(set.cancel(cancelled));
  EXPECT_FALSE(set.cancel({}));           // never set
  EXPECT_FALSE(set.cancel({999, 1}));     // a slot this set never had
  EXPECT_FALSE(set.cancel({pending.slot, pending.generation + 2}));  // that of the next event but for its slot
  EXPECT_FALSE(set.is_pending(ran));
  EXPECT_FALSE(set.is_pending(cancelled));
  EXPECT_TRUE(set.is_pending(pending));
  EXPECT_THAT(pop_all(set), ElementsAre(3));
}

TEST(FutureEventSet, TheHandleOfAReusedSlotIsNotThatOfTheNewEvent) {
  FutureEventSet set;
  std::vector<EventId> old;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const EventId id = set.schedule({1}, Phase::wake, tagged(i));
    EXPECT_EQ(id.slot, 0U);  // of what ran and of what was cancelled alike
    for (const EventId stale : old) {
      ASSERT_FALSE(set.is_pending(stale));
      ASSERT_FALSE(set.cancel(stale));
    }
    ASSERT_TRUE(set.is_pending(id));
    i % 2 == 0 ? static_cast<void>(set.pop()) : static_cast<void>(set.cancel(id));
    old.push_back(id);
  }
  EXPECT_TRUE(set.empty());
}

TEST(FutureEventSet, SlotsAreReusedSoThatMemoryFollowsThePendingAndNotTheRun) {
  FutureEventSet set;
  for (int i = 0; i < 64; ++i) {
    set.schedule({i}, Phase::wake, {});
  }
  for (int i = 64; i < 100'000; ++i) {
    set.pop();
    ASSERT_LT(set.schedule({i}, Phase::wake, {}).slot, 64U);
  }
  EXPECT_EQ(set.size(), 64U);
  EXPECT_EQ(set.scheduled(), 100'000U);
}

// A crowd in one slice of a stretch is cut into thinner ones. When it has run and the set is empty, what comes next may
// lie in the rest of that slice.
TEST(FutureEventSet, RunsWhatComesAfterACrowdInItsOrder) {
  for (std::int64_t offset = 0; offset < 4096; offset += 16) {
    FutureEventSet set;
    for (std::int64_t i = 0; i < 2000; ++i) {  // so that slices get long
      set.schedule({i * 1000}, Phase::wake, {});
    }
    const std::int64_t crowd = 2'010'000 + offset;
    for (std::int64_t i = 0; i < 100; ++i) {
      set.schedule({crowd + i / 2}, Phase::wake, {});
    }
    pop_all(set);
    set.schedule({crowd + 60}, Phase::wake, tagged(0));
    set.schedule({crowd + 70}, Phase::wake, tagged(2));
    for (std::uint64_t i = 2; i < 70; ++i) {  // enough for a new stretch
      set.schedule({crowd + static_cast<std::int64_t>(i) * 1'000'000}, Phase::wake, tagged(i + 1));
    }
    set.schedule({crowd + 65}, Phase::wake, tagged(1));
    for (std::uint64_t tag = 0; tag < 71; ++tag) {
      ASSERT_EQ(set.pop().argument, tag) << offset;
    }
  }
}

// The greatest of everything: 2^62 ns, the last phase, sequence 2^37 - 1, slot 2^24 - 1.
TEST(EventKey, HoldsTheGreatestInstantPhaseSequenceAndSlot) {
  constexpr std::uint64_t kLastSequence = (std::uint64_t{1} << 37) - 1;
  constexpr std::uint32_t kLastSlot = (std::uint32_t{1} << 24) - 1;
  static_assert(EventKey::kSequenceBits == 37 && EventKey::kSlotBits == 24);
  constexpr EventKey key = EventKey::of(kEndOfTime, Phase::observe, kLastSequence, kLastSlot);
  EXPECT_EQ(key.at(), kEndOfTime);
  EXPECT_EQ(key.phase(), Phase::observe);
  EXPECT_EQ(key.slot(), kLastSlot);
  EXPECT_EQ(static_cast<std::uint64_t>(key.bits) >> 24, (std::uint64_t{4} << 37) | kLastSequence);
}

TEST(EventKey, EachFieldAtItsLimitStaysBelowTheNextFieldAbove) {
  constexpr std::uint64_t kLastSequence = (std::uint64_t{1} << 37) - 1;
  constexpr std::uint32_t kLastSlot = (std::uint32_t{1} << 24) - 1;
  // a later sequence loses to any slot, a later phase to any sequence, a later instant to any phase
  EXPECT_TRUE(runs_before(EventKey::of({5}, Phase::wake, 8, kLastSlot), EventKey::of({5}, Phase::wake, 9, 0)));
  EXPECT_TRUE(runs_before(EventKey::of({5}, Phase::wake, kLastSequence, kLastSlot),
                          EventKey::of({5}, Phase::arrival, 0, 0)));
  EXPECT_TRUE(runs_before(EventKey::of({5}, Phase::observe, kLastSequence, kLastSlot),
                          EventKey::of({6}, Phase::release, 0, 0)));
}

TEST(EventKey, TheOrderIsThatOfTheTupleInstantPhaseSequence) {
  std::vector<std::tuple<std::int64_t, Phase, std::uint64_t>> keys;
  for (const std::int64_t at : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1} << 31, std::int64_t{1} << 62}) {
    for (const Phase phase : kPhases) {
      for (const std::uint64_t sequence : {std::uint64_t{0}, std::uint64_t{1}, (std::uint64_t{1} << 37) - 1}) {
        keys.emplace_back(at, phase, sequence);
      }
    }
  }
  const auto packed = [](const auto& key) {
    const std::uint32_t slot = std::get<2>(key) == 0 ? 9 : 3;
    return EventKey::of({std::get<0>(key)}, std::get<1>(key), std::get<2>(key), slot);
  };
  for (const auto& a : keys) {
    for (const auto& b : keys) {
      EXPECT_EQ(runs_before(packed(a), packed(b)), a < b);
    }
  }
}

}  // namespace
}  // namespace loadstone
