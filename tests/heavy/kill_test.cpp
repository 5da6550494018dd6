// A sweep that is killed at any moment, a hundred times over, ends with the rows of one that was left alone.
#include <gmock/gmock.h>

#include <csignal>
#include <random>

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

namespace loadstone::test {
namespace {

TEST(Kill, AHundredKillsLoseNothingThatWasFinished) {
  const std::string out = fresh_directory("killed");
  const std::string whole = fresh_directory("whole");
  std::vector<std::string> sweep{"sweep",
                                 source_dir() + "/topologies/ratiba.yaml",
                                 source_dir() + "/workloads/saas-mix.yaml",
                                 "--quiet",
                                 "--grid",
                                 "load=0.5..5:0.5",
                                 "--replications",
                                 "20",
                                 "--out",
                                 whole};
  const CommandResult undisturbed = loadstone(sweep);
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.err;
  sweep.back() = out;
  std::mt19937 random(20261129);  // moments differ from machine to machine anyway
  std::size_t killed = 0;
  for (int round = 0; round < 100; ++round) {
    CommandOptions options;
    options.signal = SIGKILL;
    options.signal_after_us = static_cast<unsigned>(random() % 120'000);
    killed += loadstone(sweep, options).exit_code == 128 + SIGKILL ? 1 : 0;
  }
  EXPECT_GE(killed, 50U);  // or it was over too soon to be a test
  const CommandResult rest = loadstone(sweep);
  EXPECT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_EQ(text_of(out + "/rows.csv"), text_of(whole + "/rows.csv"));
  EXPECT_EQ(text_of(out + "/result.json"), text_of(whole + "/result.json"));
}

}  // namespace
}  // namespace loadstone::test
