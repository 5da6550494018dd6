// What a replication leaves behind, as bytes: nothing is lost, and no bytes do harm.
#include "src/store/run_bytes.hpp"

#include <gtest/gtest.h>

#include "src/store/bytes.hpp"
#include "tests/support/model_from_text.hpp"
#include "tests/support/random_model.hpp"

namespace loadstone::test {
namespace {

using store::CorruptBytes;
using store::finished_run_of;
using store::FinishedRun;
using store::to_bytes;

FinishedRun a_run(std::uint64_t number) {
  const RandomModel text = random_model(number);
  return {{Warmup::By::detection, "flow 'a'", false}, run_once(model(text.topology, text.workload))};
}

void expect_same(const Histogram& a, const Histogram& b) {
  EXPECT_TRUE(a == b);
  EXPECT_TRUE(a.sum() == b.sum() && a.sum_of_squares() == b.sum_of_squares());
  EXPECT_EQ(a.min(), b.min());
  EXPECT_EQ(a.max(), b.max());
}

TEST(RunBytes, WhatIsReadWritesTheSameBytesAgain) {
  for (std::uint64_t number = 0; number < 40; ++number) {
    const FinishedRun run = a_run(number);
    const std::string bytes = to_bytes(run);
    const FinishedRun read = finished_run_of(bytes);
    EXPECT_EQ(to_bytes(read), bytes) << "random model " << number;
    EXPECT_EQ(read.observed.fingerprint, run.observed.fingerprint);
    ASSERT_EQ(read.observed.resources.size(), run.observed.resources.size());
    for (std::size_t i = 0; i < run.observed.resources.size(); ++i) {
      const Meter& before = run.observed.resources[i].meter;
      const Meter& after = read.observed.resources[i].meter;
      expect_same(before.wait, after.wait);
      expect_same(before.hold, after.hold);
      EXPECT_TRUE(before.breakdown.total() == after.breakdown.total());
      EXPECT_EQ(before.at_edge.size(), after.at_edge.size());
    }
    for (std::size_t i = 0; i < run.observed.flows.size(); ++i) {
      expect_same(run.observed.flows[i].latency, read.observed.flows[i].latency);
      EXPECT_EQ(run.observed.flows[i].errors, read.observed.flows[i].errors);
    }
    EXPECT_EQ(read.warmup.longest, "flow 'a'");
    EXPECT_FALSE(read.warmup.stationary);
  }
}

TEST(RunBytes, AnythingCutOffIsRefused) {
  const std::string bytes = to_bytes(a_run(3));
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 50) {
    EXPECT_THROW((void)finished_run_of(bytes.substr(0, size)), CorruptBytes) << size;
  }
  EXPECT_THROW((void)finished_run_of(bytes + '\0'), CorruptBytes);
}

// A byte that is wrong may give other numbers; it never does harm.
TEST(RunBytes, AByteThatIsWrongIsRefusedOrIsANumber) {
  const std::string bytes = to_bytes(a_run(3));
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 4000) {
    for (const char flip : {'\x01', '\x40', '\x80', '\xff'}) {
      std::string wrong = bytes;
      wrong[at] = static_cast<char>(wrong[at] ^ flip);
      try {
        (void)finished_run_of(wrong);
      } catch (const CorruptBytes&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 0U);
}

}  // namespace
}  // namespace loadstone::test
