// Keyed draws: uniformity, avalanche and independence along each axis. The draws are fixed by their keys, so each
// verdict is deterministic; bounds are those a true random source would keep with the stated probability.
#include "sim/random/keyed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace loadstone {
namespace {

constexpr std::uint64_t kDraws = 1 << 20;

Key request_key(std::uint64_t number) {
  return combine(combine(Key{1}, hash_text("scenario")), number);
}
Key site_key(std::uint64_t number) {
  return combine(hash_text("llm.output_tokens"), number);
}

// Chi-square over 1,024 cells has mean 1,023 and standard deviation sqrt(2 * 1,023) = 45.2; +-4 deviations keep all
// but 6 in 100,000.
template <typename UniformOf>
void expect_uniform(const UniformOf& uniform_of) {
  std::vector<double> cells(1024);
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    cells[static_cast<std::size_t>(uniform_of(i) * 1024.0)] += 1.0;
  }
  double chi_square = 0.0;
  for (const double count : cells) {
    chi_square += (count - kDraws / 1024.0) * (count - kDraws / 1024.0) / (kDraws / 1024.0);
  }
  EXPECT_NEAR(chi_square, 1023.0, 4.0 * 45.2);
}

// The pairs (u(i), u(i + lag)) over 32 x 32 cells: chi-square as above (pairs overlap, which changes its spread
// little). And their correlation, whose standard deviation is 1 / sqrt(n) = 0.00098.
template <typename UniformOf>
void expect_independent_neighbours(const UniformOf& uniform_of) {
  for (const std::uint64_t lag : {1, 2, 3, 16, 256}) {
    std::vector<double> cells(1024);
    double product = 0.0;
    for (std::uint64_t i = 0; i < kDraws; ++i) {
      const double a = uniform_of(i);
      const double b = uniform_of(i + lag);
      product += (a - 0.5) * (b - 0.5) * 12.0;
      cells[static_cast<std::size_t>(a * 32.0) * 32 + static_cast<std::size_t>(b * 32.0)] += 1.0;
    }
    double chi_square = 0.0;
    for (const double count : cells) {
      chi_square += (count - 1024.0) * (count - 1024.0) / 1024.0;
    }
    EXPECT_NEAR(chi_square, 1023.0, 5.0 * 45.2) << "lag " << lag;
    EXPECT_NEAR(product / kDraws, 0.0, 4.0 * 0.00098) << "lag " << lag;
  }
}

double over_requests(std::uint64_t i) {
  return uniform(draw_of(request_key(i), site_key(0), 0));
}
double over_sites(std::uint64_t i) {
  return uniform(draw_of(request_key(0), site_key(i), 0));
}
double over_occurrences(std::uint64_t i) {
  return uniform(draw_of(request_key(0), site_key(0), static_cast<std::uint32_t>(i)));
}
double over_seeds(std::uint64_t i) {
  return uniform(draw_of(combine(Key{i}, 3), site_key(0), 0));
}
double over_sequence(std::uint64_t i) {
  static const std::vector<double> numbers = [] {
    std::vector<double> list(kDraws + 512);
    DrawSequence sequence(draw_of(request_key(5), site_key(5), 0));
    for (double& number : list) {
      number = sequence.next();
    }
    return list;
  }();
  return numbers[i];
}

TEST(Keyed, DrawsAreUniformOverRequestsSitesOccurrencesSeedsAndSequences) {
  expect_uniform(over_requests);
  expect_uniform(over_sites);
  expect_uniform(over_occurrences);
  expect_uniform(over_seeds);
  expect_uniform(over_sequence);
}

TEST(Keyed, NeighboursAlongEveryAxisAreIndependent) {
  expect_independent_neighbours(over_requests);
  expect_independent_neighbours(over_sites);
  expect_independent_neighbours(over_occurrences);
  expect_independent_neighbours(over_seeds);
  expect_independent_neighbours(over_sequence);
}

// Request x site is built by exclusive or. Four draws (r, s), (r', s), (r, s'), (r', s') must show no trace of it: the
// sum of their uniforms, centred, has variance 4 / 12, and its third moment vanishes.
TEST(Keyed, RectanglesOfRequestsAndSitesShowNoStructure) {
  double square = 0.0;
  double product = 0.0;
  for (std::uint64_t i = 0; i < 1024; ++i) {
    for (std::uint64_t j = 0; j < 1024; ++j) {
      double sum = 0.0;
      double four = 1.0;
      for (std::uint64_t k = 0; k < 4; ++k) {
        const double u = uniform(draw_of(request_key(i + k / 2), site_key(j + k % 2), 0)) - 0.5;
        sum += u;
        four *= u * std::sqrt(12.0);
      }
      square += sum * sum;
      product += four;
    }
  }
  // Each draw is in four rectangles, so the deviation of a mean over n is at most 2 / sqrt(n) of one term's (about 0.45
  // for the square, 1 for the product); the bounds are four of them.
  EXPECT_NEAR(square / kDraws, 4.0 / 12.0, 4.0 * 2.0 * 0.45 / 1024.0);
  EXPECT_NEAR(product / kDraws, 0.0, 4.0 * 2.0 / 1024.0);
}

// Flipping any input bit flips each output bit with probability 1/2: over 20,000 keys a share has standard deviation
// 0.0035, and the worst of 4,096 shares stays within 5.5 of them.
TEST(Keyed, EveryInputBitOfMixReachesEveryOutputBit) {
  constexpr std::uint64_t kKeys = 20'000;
  std::array<std::array<double, 64>, 64> flips{};
  for (std::uint64_t i = 0; i < kKeys; ++i) {
    const Key key = mix(i * 3);
    for (int in = 0; in < 64; ++in) {
      Key changed = mix(key) ^ mix(key ^ (Key{1} << in));
      for (; changed != 0; changed &= changed - 1) {
        flips[static_cast<std::size_t>(in)][static_cast<std::size_t>(std::countr_zero(changed))] += 1.0;
      }
    }
  }
  for (const auto& row : flips) {
    for (const double count : row) {
      EXPECT_NEAR(count / kKeys, 0.5, 5.5 * 0.0035);
    }
  }
}

TEST(Keyed, SmallCountersGiveKeysThatShareNothing) {
  std::set<Key> keys;
  for (std::uint64_t a = 0; a < 300; ++a) {
    for (std::uint64_t b = 0; b < 300; ++b) {
      keys.insert(combine(combine(Key{a}, b), 1));
    }
  }
  EXPECT_EQ(keys.size(), 90'000U);
  EXPECT_NE(combine(1, 2), combine(2, 1));
  EXPECT_NE(mix(0), 0U);
}

TEST(Keyed, DrawsOfTenSitesTenOccurrencesAndManyRequestsAreAllDifferent) {
  std::set<Key> keys;
  for (std::uint64_t request = 0; request < 2'000; ++request) {
    for (std::uint64_t site = 0; site < 10; ++site) {
      for (std::uint32_t occurrence = 0; occurrence < 10; ++occurrence) {
        keys.insert(draw_of(request_key(request), site_key(site), occurrence).key);
      }
    }
  }
  EXPECT_EQ(keys.size(), 200'000U);
}

TEST(Keyed, UniformNumbersLieInsideTheOpenInterval) {
  EXPECT_EQ(unit_interval(0), 0x1p-53);
  EXPECT_EQ(unit_interval(~0ULL), 1.0 - 0x1p-53);
  EXPECT_EQ(unit_interval(1ULL << 63), 0.5);
  EXPECT_EQ(1.0 - unit_interval(0), unit_interval(~0ULL));
}

TEST(Keyed, UniformNumbersAreTheirHighBitsInUnitsOfTwoToTheMinus53) {
  std::vector<std::uint64_t> all{0, 1, 2047, 2048, 2049, 4095, 4096};
  for (int bit = 11; bit < 64; ++bit) {
    const std::uint64_t power = std::uint64_t{1} << bit;
    all.insert(all.end(), {power - 1, power, power + (std::uint64_t{1} << 11), power | mix(power) >> (64 - bit)});
  }
  for (const std::uint64_t bits : all) {
    const double units = static_cast<double>(std::max<std::uint64_t>(bits >> 11, 1));
    EXPECT_EQ(unit_interval(bits), units * 0x1p-53) << bits;
  }
}

TEST(Keyed, SequencesBeginWithTheUniformOfTheirDraw) {
  const Draw draw = draw_of(request_key(1), site_key(2), 3);
  EXPECT_EQ(DrawSequence(draw).next(), uniform(draw));
}

TEST(Keyed, TextKeysDependOnEveryByteAndOnTheLength) {
  std::set<Key> keys;
  std::string text;
  for (int length = 0; length < 40; ++length, text += 'a') {
    keys.insert(hash_text(text));
    keys.insert(hash_text(text + std::string(1, '\0')));
    keys.insert(hash_text(text + "\xff"));
  }
  EXPECT_EQ(keys.size(), 120U);
  EXPECT_NE(hash_text("abcdefgh12345678"), hash_text("12345678abcdefgh"));
}

TEST(Keyed, IntegersBelowABoundCoverItEvenly) {
  std::array<double, 7> counts{};
  for (std::uint64_t i = 0; i < 70'000; ++i) {
    counts[uniform_below(draw_of(request_key(i), site_key(1), 0), 7)] += 1.0;
  }
  for (const double count : counts) {
    EXPECT_NEAR(count, 10'000.0, 4.5 * std::sqrt(10'000.0 * 6 / 7));
  }
}

// Golden keys: results of earlier versions are reproducible only while these stand.
TEST(Keyed, HasTheseKeys) {
  static_assert(hash_text("cpu") != hash_text("io"));
  EXPECT_EQ(mix(0), 0xe220a8397b1dcdafU);
  EXPECT_EQ(combine(1, 2), 17911839290282890590U);
  EXPECT_EQ(hash_text(""), 16294208416658607535U);
  EXPECT_EQ(hash_text("llm.output_tokens"), 74776215389058852U);
  EXPECT_EQ(draw_of(1, 2, 3).key, 8330656331007053506U);
  EXPECT_EQ(uniform(Draw{1}), static_cast<double>(mix(1) >> 11) * 0x1p-53);
}

}  // namespace
}  // namespace loadstone
