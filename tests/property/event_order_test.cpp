// The order of events is total and is that of (instant, phase, order of scheduling), whatever the history of the set:
// against std::stable_sort, against std::multimap, and through the kernel.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/kernel/future_event_set.hpp"
#include "sim/kernel/native_kernel.hpp"
#include "tests/unit/kernel/recorder.hpp"

namespace loadstone {
namespace {

using When = std::pair<SimTime, Phase>;

Phase phase_of(std::uint64_t number) {
  return static_cast<Phase>(number % 5);
}

struct Scheduled {
  When when;
  std::uint64_t tag;
};

void expect_sorted_like_stable_sort(const std::string& shape, const std::vector<When>& whens) {
  FutureEventSet set;
  std::vector<Scheduled> expected;
  for (const When& when : whens) {
    expected.push_back({when, expected.size()});
    set.schedule(when.first, when.second, {nullptr, nullptr, expected.back().tag});
  }
  std::stable_sort(expected.begin(), expected.end(),
                   [](const Scheduled& a, const Scheduled& b) { return a.when < b.when; });
  EventKey last;
  for (const Scheduled& next : expected) {
    ASSERT_FALSE(set.empty()) << shape;
    const EventKey key = set.next_key();
    ASSERT_TRUE(next.tag == expected.front().tag || runs_before(last, key)) << shape;
    ASSERT_EQ(set.next_at(), next.when.first) << shape;
    ASSERT_EQ(set.pop().argument, next.tag) << shape;
    ASSERT_EQ(When(key.at(), key.phase()), next.when) << shape;
    last = key;
  }
  EXPECT_TRUE(set.empty()) << shape;
}

TEST(EventOrder, PoppingEverythingIsAStableSort) {
  constexpr std::int64_t kEvents = 100'000;
  Numbers numbers(1);
  const auto plan = [&](const std::function<std::int64_t(std::int64_t)>& at_of) {
    std::vector<When> whens;
    for (std::int64_t i = 0; i < kEvents; ++i) {
      whens.emplace_back(SimTime{at_of(i)}, phase_of(numbers.below(5)));
    }
    return whens;
  };
  expect_sorted_like_stable_sort("one instant", plan([](std::int64_t) { return 7; }));
  expect_sorted_like_stable_sort("ten instants", plan([&](std::int64_t) { return numbers.between(0, 9); }));
  expect_sorted_like_stable_sort("all of time", plan([&](std::int64_t) { return numbers.between(0, kEndOfTime.ns); }));
  expect_sorted_like_stable_sort("rising", plan([](std::int64_t i) { return i / 3; }));
  expect_sorted_like_stable_sort("falling", plan([](std::int64_t i) { return (kEvents - i) / 3; }));
  expect_sorted_like_stable_sort("zigzag", plan([](std::int64_t i) { return i % 2 == 0 ? i : kEvents - i; }));
}

// 4 x 10^5 random operations; the multimap keeps equal keys in the order of insertion. Handles of all ages are
// cancelled: pending, run and cancelled ones, those whose slot has been used again included. The last round mixes what
// comes soon with timeouts that are far away.
TEST(EventOrder, InterleavedOperationsAgreeWithAMultimap) {
  struct Handle {
    EventId id;
    std::multimap<When, std::uint64_t>::iterator plain;
    bool pending;
  };
  constexpr std::int64_t kFar = 10'000'000'000;
  for (const std::int64_t spread : {std::int64_t{3}, std::int64_t{1000}, std::int64_t{1'000'000'000}, kFar}) {
    Numbers numbers(static_cast<std::uint64_t>(spread));
    FutureEventSet set;
    std::multimap<When, std::uint64_t> plain;
    std::vector<Handle> handles;
    SimTime now;
    for (int step = 0; step < 100'000; ++step) {
      const std::uint64_t what = numbers.below(100);
      if (what < (step / 10'000 % 2 == 0 ? 55U : 35U)) {  // grows and shrinks in turn
        const bool is_timeout = spread == kFar && numbers.chance(50);
        const Duration soon{numbers.between(0, spread == kFar ? 1000 : spread)};
        const SimTime at = now + (is_timeout ? Duration{kFar} + soon : soon);
        const Phase phase = phase_of(numbers.below(5));
        const std::uint64_t tag = handles.size();
        const EventId id = set.schedule(at, phase, {nullptr, nullptr, tag});
        handles.push_back({id, plain.emplace(When(at, phase), tag), true});
      } else if (what < 75) {
        ASSERT_EQ(set.empty(), plain.empty());
        if (!plain.empty()) {
          const EventKey key = set.next_key();
          const std::uint64_t tag = set.pop().argument;
          ASSERT_EQ(When(key.at(), key.phase()), plain.begin()->first);
          ASSERT_EQ(tag, plain.begin()->second);
          now = key.at();
          handles[tag].pending = false;
          plain.erase(plain.begin());
        }
      } else if (!handles.empty()) {
        const std::uint64_t window = numbers.chance(50) ? std::min<std::uint64_t>(handles.size(), 100) : handles.size();
        Handle& handle = handles[handles.size() - 1 - numbers.below(window)];
        ASSERT_EQ(set.is_pending(handle.id), handle.pending);
        ASSERT_EQ(set.cancel(handle.id), handle.pending);
        if (handle.pending) {
          plain.erase(handle.plain);
          handle.pending = false;
        }
      }
      ASSERT_EQ(set.size(), plain.size());
    }
    for (const auto& [when, tag] : plain) {
      ASSERT_EQ(set.pop().argument, tag);
    }
    EXPECT_TRUE(set.empty());
    EXPECT_EQ(set.scheduled(), handles.size());
  }
}

// Sets of all sizes that run empty and fill again at once, not far from where they were: nothing is left of the order
// that there was.
TEST(EventOrder, ASetThatRanEmptyIsAsGoodAsANewOne) {
  Numbers numbers(5);
  FutureEventSet set;
  SimTime now;
  for (int round = 0; round < 300; ++round) {
    std::multimap<When, std::uint64_t> plain;
    std::uint64_t tag = 0;
    const auto schedule = [&](std::int64_t spread) {
      const When when(now + Duration{numbers.between(0, spread)}, phase_of(numbers.below(5)));
      plain.emplace(when, tag);
      set.schedule(when.first, when.second, {nullptr, nullptr, tag++});
    };
    const std::int64_t spread = std::int64_t{1} << numbers.between(0, 30);
    for (std::int64_t events = numbers.between(1, std::int64_t{1} << numbers.between(0, 13)); events > 0; --events) {
      schedule(spread);
    }
    while (!plain.empty()) {
      now = set.next_at();
      ASSERT_EQ(set.pop().argument, plain.begin()->second) << "round " << round;
      plain.erase(plain.begin());
      for (std::uint64_t soon = numbers.below(2); soon > 0 && tag < 10'000; --soon) {
        schedule(spread / 64);
      }
    }
    ASSERT_TRUE(set.empty());
  }
}

// A world whose events schedule and cancel others by rules that depend on nothing but their tags. It is run by the
// kernel and by a multimap; both must do the same things in the same order.
struct Child {
  Duration after;
  Phase phase;
};

std::vector<Child> children_of(std::uint64_t tag) {
  std::vector<Child> children;
  Numbers numbers(tag);
  for (std::uint64_t i = numbers.below(5); i > 0; --i) {  // 2 on average, less what is cancelled
    children.push_back({{numbers.chance(50) ? 0 : numbers.between(1, 3)}, phase_of(numbers.below(5))});
  }
  return children;
}

// The event that `tag` cancels, among the `scheduled` so far.
std::uint64_t victim_of(std::uint64_t tag, std::uint64_t scheduled) {
  return scheduled - 1 - Numbers(mix(tag)).below(std::min<std::uint64_t>(scheduled, 12));
}

constexpr std::uint64_t kMostEvents = 50'000;

class KernelWorld {
 public:
  void run() {
    for (int i = 0; i < 20; ++i) {
      schedule({i}, phase_of(static_cast<std::uint64_t>(i)));
    }
    kernel_.run(kEndOfTime);
  }
  std::vector<Ran> log;

 private:
  void schedule(SimTime at, Phase phase) {
    const std::uint64_t tag = ids_.size();
    ids_.push_back(kernel_.schedule(
        at, phase, {[](void* self, std::uint64_t t) { static_cast<KernelWorld*>(self)->event(t); }, this, tag}));
  }
  void event(std::uint64_t tag) {
    log.push_back({kernel_.now().ns, tag});
    for (const Child& child : children_of(tag)) {
      if (ids_.size() < kMostEvents) {
        schedule(kernel_.now() + child.after, child.phase);
      }
    }
    kernel_.cancel(ids_[victim_of(tag, ids_.size())]);
  }

  NativeKernel kernel_;
  std::vector<EventId> ids_;
};

class PlainWorld {
 public:
  void run() {
    for (int i = 0; i < 20; ++i) {
      schedule({i}, phase_of(static_cast<std::uint64_t>(i)));
    }
    while (!pending_.empty()) {
      const auto [when, tag] = *pending_.begin();
      pending_.erase(pending_.begin());
      places_[tag] = pending_.end();
      log.push_back({when.first.ns, tag});
      for (const Child& child : children_of(tag)) {
        if (places_.size() < kMostEvents) {
          schedule(when.first + child.after, child.phase);
        }
      }
      auto& victim = places_[victim_of(tag, places_.size())];
      if (victim != pending_.end()) {
        pending_.erase(victim);
        victim = pending_.end();
      }
    }
  }
  std::vector<Ran> log;

 private:
  void schedule(SimTime at, Phase phase) { places_.push_back(pending_.emplace(When(at, phase), places_.size())); }

  std::multimap<When, std::uint64_t> pending_;
  std::vector<std::multimap<When, std::uint64_t>::iterator> places_;
};

TEST(EventOrder, AWorldRunByTheKernelIsTheOneRunByAMultimap) {
  KernelWorld world;
  world.run();
  PlainWorld plain;
  plain.run();
  EXPECT_GT(world.log.size(), 10'000U);  // it did not die out
  EXPECT_EQ(world.log, plain.log);
}

}  // namespace
}  // namespace loadstone
