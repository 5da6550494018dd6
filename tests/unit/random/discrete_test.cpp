// Discrete laws: samples against probability() by chi-square, deterministic since the draws are keyed.
#include "sim/random/discrete.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace loadstone {
namespace {

// Chi-square of k cells has mean k - 1 and standard deviation sqrt(2 (k - 1)); bound: 4.5 of them above.
void expect_samples_follow(const DiscreteLaw& law) {
  constexpr std::uint64_t kDraws = 400'000;
  std::vector<double> counts(law.size());
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const std::uint64_t value = law.sample(draw_of(combine(Key{3}, i), hash_text("tenant"), 0));
    ASSERT_GE(value, law.first());
    ASSERT_LT(value - law.first(), law.size());
    counts[value - law.first()] += 1.0;
  }
  double chi_square = 0.0;
  double cells = -1.0;
  double total = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double probability = law.probability(law.first() + i);
    total += probability;
    const double expected = probability * kDraws;
    if (expected == 0.0) {
      EXPECT_EQ(counts[i], 0.0);
    } else {
      chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
      cells += 1.0;
    }
  }
  EXPECT_NEAR(total, 1.0, 1e-12);
  EXPECT_LE(chi_square, cells + 4.5 * std::sqrt(2.0 * cells));
}

TEST(DiscreteLaw, SamplesFollowTheProbabilities) {
  expect_samples_follow(DiscreteLaw::uniform(17));
  expect_samples_follow(DiscreteLaw::integer(5, 44));
  expect_samples_follow(DiscreteLaw::zipf(1.1, 1000));
  expect_samples_follow(DiscreteLaw::zipf(0.0, 100));
  expect_samples_follow(DiscreteLaw::weighted(std::vector{3.0, 0.0, 1.0, 1e-9, 0.0}));
  expect_samples_follow(DiscreteLaw::uniform(1));
}

TEST(DiscreteLaw, ZipfProbabilitiesFallAsThePowerOfTheRank) {
  const DiscreteLaw law = DiscreteLaw::zipf(1.3, 50);
  for (std::uint64_t i = 1; i < 50; ++i) {
    EXPECT_NEAR(law.probability(i) / law.probability(0), std::pow(static_cast<double>(i + 1), -1.3), 1e-12);
  }
  EXPECT_EQ(law.probability(50), 0.0);
}

TEST(DiscreteLaw, ZipfOverAMillionReachesItsTail) {
  const DiscreteLaw law = DiscreteLaw::zipf(0.8, 1'000'000);
  double sum = 0.0;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    sum += static_cast<double>(law.sample(Draw{mix(i)}));
  }
  // The deviation of one rank is at most half the range; four standard errors of that.
  EXPECT_NEAR(sum / 1e5, law.mean(), 4.0 * 0.5e6 / std::sqrt(1e5));
  EXPECT_GT(law.probability(999'999), 0.0);
}

TEST(DiscreteLaw, SteepWeightsAreFoundBesideCrowdsOfTinyOnes) {
  std::vector<double> weights(10'000, 1e-12);
  weights[0] = 1.0;
  weights.back() = 1.0;
  const DiscreteLaw law = DiscreteLaw::weighted(weights);
  double last = 0.0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const std::uint64_t member = law.sample(Draw{mix(i)});
    EXPECT_TRUE(member == 0 || member == 9'999);
    last += member == 0 ? 0.0 : 1.0;
  }
  EXPECT_NEAR(last, 5000.0, 4.0 * 50.0);
}

TEST(DiscreteLaw, SmallUniformNumbersGiveSmallMembers) {
  const DiscreteLaw law = DiscreteLaw::zipf(1.0, 300);
  for (std::uint64_t i = 0; i + 1 < 2000; ++i) {
    const Draw a{mix(i)};
    const Draw b{mix(i + 1)};
    if (uniform(a) <= uniform(b)) {
      EXPECT_LE(law.sample(a), law.sample(b));
    }
  }
}

TEST(DiscreteLaw, HashSpreadsNeighbouringValuesEvenlyAndAlwaysAlike) {
  const DiscreteLaw law = DiscreteLaw::hash(10);
  std::vector<double> counts(10);
  for (std::uint64_t value = 0; value < 10'000; ++value) {
    EXPECT_EQ(law.of(value), law.of(value));
    counts[law.of(value)] += 1.0;
  }
  for (const double count : counts) {
    EXPECT_NEAR(count, 1000.0, 4.0 * 30.0);  // binomial: standard deviation 30
  }
  EXPECT_TRUE(law.is_hash());
  EXPECT_EQ(law.probability(3), 0.1);
}

TEST(DiscreteLaw, MeansAreExact) {
  EXPECT_EQ(DiscreteLaw::integer(1, 40).mean(), 20.5);
  EXPECT_EQ(DiscreteLaw::uniform(5).mean(), 2.0);
  EXPECT_NEAR(DiscreteLaw::weighted(std::vector{3.0, 1.0}).mean(), 0.25, 1e-15);
}

TEST(DiscreteLaw, HasTheseMembers) {
  const DiscreteLaw law = DiscreteLaw::zipf(1.1, 100'000);
  Key digest = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    digest = combine(digest, law.sample(Draw{mix(i)}));
  }
  EXPECT_EQ(digest, 0xc9fe802df02d1f7bU);
}

std::string error_of(std::string_view kind, const std::vector<NamedValue>& arguments, std::uint64_t population = 0) {
  const auto made = make_discrete(kind, arguments, population);
  const auto* error = std::get_if<std::string>(&made);
  return error == nullptr ? "" : *error;
}

TEST(DiscreteKinds, EveryKindIsMadeFromItsArguments) {
  EXPECT_EQ(error_of("uniform", {}, 10), "");
  EXPECT_EQ(error_of("uniform", {{"n", 10}}), "");
  EXPECT_EQ(error_of("zipf", {{"s", 1.1}}, 10), "");
  EXPECT_EQ(error_of("weighted", {{"a", 3}, {"b", 1}}), "");
  EXPECT_EQ(error_of("integer", {{"", 1}, {"", 40}}), "");
  EXPECT_EQ(error_of("hash", {{"", 10}}), "");
  EXPECT_EQ(discrete_kinds().size(), 5U);
}

TEST(DiscreteKinds, MessagesSayWhatWasFoundAndWhatIsAllowed) {
  EXPECT_EQ(error_of("zip", {}), "unknown law 'zip'; allowed: uniform, zipf, weighted, integer, hash");
  EXPECT_EQ(error_of("zipf", {}, 10), "zipf needs s; write zipf(s=..)");
  EXPECT_EQ(error_of("zipf", {{"s", -1}}, 10), "zipf: s must be from 0 to 100, got -1");
  EXPECT_EQ(error_of("zipf", {{"s", 1}}), "zipf needs a population with at least one member, or n=..");
  EXPECT_EQ(error_of("zipf", {{"t", 1}}, 5), "zipf has no parameter 't'; allowed: s, n");
  EXPECT_EQ(error_of("zipf", {{"s", 1}}, 20'000'000), "zipf ranges over at most 10000000 members, got 20000000");
  EXPECT_EQ(error_of("integer", {{"", 4}, {"", 2}}), "integer: hi must be at least lo (4), got 2");
  EXPECT_EQ(error_of("integer", {{"", 1.5}, {"", 2}}), "integer: lo must be a whole number of at least 0, got 1.5");
  EXPECT_EQ(error_of("integer", {{"lo", 1}}), "integer needs hi; write integer(lo; hi)");
  EXPECT_EQ(error_of("integer", {{"", 1}, {"lo", 2}}), "integer: lo is given twice");
  EXPECT_EQ(error_of("weighted", {{"a", 0}}),
            "weighted needs at least one weight above 0, and a finite sum; write weighted(a=3; b=1)");
  EXPECT_EQ(error_of("weighted", {{"a", -1}}), "weighted: a must be a finite number of at least 0, got -1");
  EXPECT_EQ(error_of("hash", {{"", 0}}), "hash: n must be a whole number of at least 1, got 0");
  EXPECT_EQ(error_of("uniform", {{"", 1}, {"", 2}}), "uniform has too many values (2); allowed: n");
}

}  // namespace
}  // namespace loadstone
