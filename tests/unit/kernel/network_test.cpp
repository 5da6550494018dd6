// Max-min shares of links that routes join, each scenario with its algebra. Bandwidths are 1 and 2 bytes a nanosecond,
// so that most shares are dyadic and the instants are exact.
#include "sim/kernel/network.hpp"

#include <gmock/gmock.h>

#include <map>

#include "sim/kernel/native_kernel.hpp"
#include "tests/unit/kernel/recorder.hpp"

namespace loadstone {
namespace {

using ::testing::ElementsAre;

// One network and its log: move(route, work, tag) begins now.
class SharedLinks : public ::testing::Test {
 protected:
  LinkId link(double bandwidth, double wires = 1) { return kernel_.add_link(network_, bandwidth, wires); }
  JobClassId route(std::initializer_list<LinkId> links) {
    return kernel_.add_route(network_, std::vector<LinkId>(links));
  }
  JobId move(JobClassId over, std::int64_t work, std::uint64_t tag) {
    return kernel_.execute(over, work, recorder_.note(tag));
  }
  void until(std::int64_t ns) { kernel_.run({ns}); }
  std::vector<Ran> ended() {
    kernel_.run({kernel_.now().ns + 1'000'000'000'000});
    return recorder_.ran;
  }
  void expect_load(LinkId link, bool is_full, std::size_t held_up) {
    EXPECT_EQ(kernel_.load(link).is_full, is_full);
    EXPECT_EQ(kernel_.load(link).held_up, held_up);
  }

  NativeKernel kernel_;
  Recorder recorder_{kernel_};
  NetworkId network_ = kernel_.add_network();
};

// Two links of 1; ab over both, one over each: 1/2 each. a and b have 500 of 1000 at 1000, when ab is done with its
// 500: then 1 each, until 1500. Both links are full all the time.
TEST_F(SharedLinks, TheClassicOfThreeFlowsOverTwoLinks) {
  const LinkId a = link(1);
  const LinkId b = link(1);
  move(route({a, b}), 500, 0);
  move(route({a}), 1000, 1);
  move(route({b}), 1000, 2);
  expect_load(a, true, 2);
  expect_load(b, true, 2);
  EXPECT_THAT(ended(), ElementsAre(Ran{1000, 0}, Ran{1500, 1}, Ran{1500, 2}));
  EXPECT_EQ(kernel_.used_ns(a), 1500);
  EXPECT_EQ(kernel_.used_ns(b), 1500);
}

// Links of 1 and 2: a is used up first, 1/2 for ab and 1/2 for a; b gets the other 3/2. Work is the time alone, so b's
// 750 ns are 1500 bytes: they end at 1000, with ab's 500. From then on a has 1: its other 250 bytes end at 1250.
// Of b's bandwidth all is used until 1000, of which ab's part is a quarter.
TEST_F(SharedLinks, WhatOneLinkHoldsUpLeavesMoreOfTheOther) {
  const LinkId a = link(1);
  const LinkId b = link(2);
  move(route({a, b}), 500, 0);
  move(route({a}), 750, 1);
  move(route({b}), 750, 2);
  expect_load(a, true, 2);
  expect_load(b, true, 1);  // ab is slower than b could let it be
  EXPECT_THAT(ended(), ElementsAre(Ran{1000, 0}, Ran{1000, 2}, Ran{1250, 1}));
  EXPECT_EQ(kernel_.used_ns(a), 1250);
  EXPECT_EQ(kernel_.used_ns(b), 1000);
}

// A route over both alone: 1, of which the wide link is half used and holds nobody up.
TEST_F(SharedLinks, AWideLinkOfARouteIsUsedInPart) {
  const LinkId narrow = link(1);
  const LinkId wide = link(2);
  move(route({wide, narrow}), 1000, 0);
  expect_load(narrow, true, 1);
  expect_load(wide, false, 0);
  EXPECT_THAT(ended(), ElementsAre(Ran{1000, 0}));
  EXPECT_EQ(kernel_.used_ns(narrow), 1000);
  EXPECT_EQ(kernel_.used_ns(wide), 500);
  expect_load(narrow, false, 0);
}

// Two on the narrow link for 100: 200. One that comes at 50 makes it three: 25 are done, at 1/3 each the other 75 take
// 225: 275; it has 75 of its 100 by then, the rest alone: 300.
TEST_F(SharedLinks, AnArrivalInTheMiddleSlowsDownThoseItShares) {
  const LinkId narrow = link(1);
  const LinkId wide = link(2);
  const JobClassId both = route({narrow, wide});
  move(both, 100, 0);
  move(both, 100, 1);
  until(50);
  move(both, 100, 2);
  EXPECT_THAT(ended(), ElementsAre(Ran{275, 0}, Ran{275, 1}, Ran{300, 2}));
}

// Stopped at 400: a is alone from then on, at 200 of 1000: 1200.
TEST_F(SharedLinks, WhoIsStoppedLeavesItsShareOfAllItsLinks) {
  const LinkId a = link(1);
  const LinkId b = link(1);
  const JobId both = move(route({a, b}), 1000, 0);
  move(route({a}), 1000, 1);
  move(route({b}), 600, 2);
  until(400);
  EXPECT_TRUE(kernel_.stop(both));
  EXPECT_FALSE(kernel_.stop(both));
  EXPECT_THAT(ended(), ElementsAre(Ran{800, 2}, Ran{1200, 1}));
}

TEST_F(SharedLinks, NothingToMoveEndsAtItsInstantAndDisturbsNobody) {
  const LinkId a = link(1);
  const LinkId b = link(1);
  const JobClassId both = route({a, b});
  move(both, 100, 0);
  until(50);
  move(both, 0, 1);
  EXPECT_THAT(ended(), ElementsAre(Ran{50, 1}, Ran{100, 0}));
}

// 1/2, 1/2 and 1: all are done at 1000, and leave as they came.
TEST_F(SharedLinks, ThoseThatEndTogetherLeaveInTheOrderOfArrival) {
  const LinkId a = link(1);
  const LinkId b = link(1);
  const LinkId c = link(1);
  move(route({c}), 1000, 0);
  move(route({a, b}), 500, 1);
  move(route({a}), 500, 2);
  move(route({a, c}), 0, 3);
  EXPECT_THAT(ended(), ElementsAre(Ran{0, 3}, Ran{1000, 0}, Ran{1000, 1}, Ran{1000, 2}));
}

// One that ends can stop another that ends with it, before its action is taken.
TEST_F(SharedLinks, OneThatEndsCanStopAnotherThatEndsWithIt) {
  const LinkId a = link(1);
  const JobClassId only = route({a});
  JobId other;
  bool stopped = false;
  kernel_.execute(only, 10, recorder_.calls([&] { stopped = kernel_.stop(other); }));
  other = move(only, 10, 1);
  EXPECT_THAT(ended(), ElementsAre());
  EXPECT_TRUE(stopped);
}

// A link of many wires holds nobody up, but each job is no faster than one wire.
TEST_F(SharedLinks, ALinkOfManyWiresGivesEachJobOne) {
  const LinkId many = link(1, 1000);
  const LinkId wide = link(4);
  const JobClassId both = route({many, wide});
  move(both, 100, 0);
  move(both, 100, 1);
  move(both, 100, 2);
  expect_load(wide, false, 0);
  EXPECT_THAT(ended(), ElementsAre(Ran{100, 0}, Ran{100, 1}, Ran{100, 2}));
  EXPECT_EQ(kernel_.used_ns(many), 300);
  EXPECT_EQ(kernel_.used_ns(wide), 75);
}

// Thirds are rounded down by up to 2^-40: what ends on a nanosecond ends there all the same.
TEST_F(SharedLinks, SharesThatAreNotDyadicEndOnTheNanosecondAllTheSame) {
  const LinkId a = link(0.1);
  const LinkId b = link(0.3);
  const JobClassId both = route({a, b});
  for (std::uint64_t tag = 0; tag < 3; ++tag) {
    move(both, 1000, tag);
  }
  move(route({b}), 2000, 3);  // 0.2 of 0.3: 2/3
  EXPECT_THAT(ended(), ElementsAre(Ran{3000, 0}, Ran{3000, 1}, Ran{3000, 2}, Ran{3000, 3}));
  EXPECT_NEAR(kernel_.used_ns(a), 3000, 1e-6);
  EXPECT_NEAR(kernel_.used_ns(b), 3000, 1e-6);
}

// Routes that share no link know nothing of each other.
TEST_F(SharedLinks, RoutesWithoutACommonLinkDoNotMeet) {
  const JobClassId one = route({link(1), link(1)});
  const JobClassId other = route({link(1), link(1)});
  move(one, 100, 0);
  move(other, 100, 1);
  move(other, 100, 2);
  EXPECT_THAT(ended(), ElementsAre(Ran{100, 0}, Ran{200, 1}, Ran{200, 2}));
}

}  // namespace
}  // namespace loadstone
