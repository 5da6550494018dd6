#include "sim/experiment/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sim/base/check.hpp"
#include "sim/random/keyed.hpp"
#include "sim/random/math.hpp"
#include "sim/stats/rank.hpp"

namespace loadstone {

namespace {

// 0 .. n - 1 in an order of its own for each key.
std::vector<std::size_t> shuffled(std::size_t n, Key key) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = n; i > 1; --i) {
    std::swap(order[i - 1], order[uniform_below(draw_of(key, mix(i), 0), i)]);
  }
  return order;
}

// Ranks from 0; equal values share the mean of theirs.
std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> rank(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) {
      ++end;
    }
    for (std::size_t i = begin; i < end; ++i) {
      rank[order[i]] = static_cast<double>(begin + end - 1) / 2;
    }
    begin = end;
  }
  return rank;
}

// 0 where one of them does not vary.
double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

bool is_possible(const Outcome& outcome) {
  return outcome.impossible.empty();
}

Swing swing_of(const VariedNumber& guess, const Outcome& as_written, const Outcome& low, const Outcome& high) {
  Swing swing;
  swing.guess = guess;
  swing.low = low;
  swing.high = high;
  double least = as_written.at.value;
  double most = as_written.at.value;
  for (const Outcome* end : {&low, &high}) {
    if (is_possible(*end)) {
      least = std::min(least, end->at.value);
      most = std::max(most, end->at.value);
      swing.flips = swing.flips || end->first != as_written.first;
    }
  }
  swing.factor = least > 0 ? most / least : std::numeric_limits<double>::infinity();
  return swing;
}

void count_first(std::vector<FirstShare>& shares, const std::string& first) {
  const auto at = std::find_if(shares.begin(), shares.end(), [&](const auto& share) { return share.first == first; });
  if (at == shares.end()) {
    shares.push_back({first, 1});
  } else {
    ++at->samples;
  }
}

}  // namespace

std::vector<Factors> sensitivity_points(const std::vector<VariedNumber>& guesses, std::size_t samples,
                                        std::uint64_t seed) {
  const Factors as_written(guesses.size(), 1);
  std::vector<Factors> points(1 + 2 * guesses.size() + samples, as_written);
  const std::size_t first_sample = 1 + 2 * guesses.size();
  for (std::size_t g = 0; g < guesses.size(); ++g) {
    const VariedNumber& guess = guesses[g];
    points[1 + 2 * g][g] = guess.low;
    points[2 + 2 * g][g] = guess.high;
    const Key key = combine(combine(mix(0), seed), hash_text(guess.path));
    const std::vector<std::size_t> stratum = shuffled(samples, key);
    for (std::size_t i = 0; i < samples; ++i) {
      const double inside = uniform(draw_of(key, mix(samples + i), 1));
      const double share = (static_cast<double>(stratum[i]) + inside) / static_cast<double>(samples);
      points[first_sample + i][g] = guess.low * math::exp(share * math::log(guess.high / guess.low));
    }
  }
  return points;
}

Sensitivity summarize_sensitivity(const std::vector<VariedNumber>& guesses, const std::vector<Factors>& points,
                                  const std::vector<Outcome>& outcomes) {
  LOADSTONE_CHECK(points.size() == outcomes.size() && points.size() > 2 * guesses.size(), "an outcome for each point");
  Sensitivity result;
  result.as_written = outcomes.front();
  std::vector<std::size_t> sampled;
  std::vector<double> capacities;
  for (std::size_t i = 1 + 2 * guesses.size(); i < points.size(); ++i) {
    if (!is_possible(outcomes[i])) {
      ++result.impossible;
      continue;
    }
    sampled.push_back(i);
    capacities.push_back(outcomes[i].at.value);
    count_first(result.together, outcomes[i].first);
  }
  result.samples = sampled.size();
  std::stable_sort(result.together.begin(), result.together.end(),
                   [](const FirstShare& a, const FirstShare& b) { return a.samples > b.samples; });
  const std::vector<double> capacity_ranks = ranks(capacities);
  for (std::size_t g = 0; g < guesses.size(); ++g) {
    Swing swing = swing_of(guesses[g], result.as_written, outcomes[1 + 2 * g], outcomes[2 + 2 * g]);
    std::vector<double> factors;
    for (const std::size_t i : sampled) {
      factors.push_back(points[i][g]);
    }
    swing.rank_correlation = sampled.empty() ? 0 : correlation(ranks(factors), capacity_ranks);
    result.alone.push_back(std::move(swing));
  }
  std::stable_sort(result.alone.begin(), result.alone.end(),
                   [](const Swing& a, const Swing& b) { return a.flips != b.flips ? a.flips : a.factor > b.factor; });
  std::sort(capacities.begin(), capacities.end());
  result.capacities = std::move(capacities);
  return result;
}

double quantile_of(const std::vector<double>& ascending, double p) {
  if (ascending.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return ascending[rank_of(p, ascending.size()) - 1];
}

}  // namespace loadstone
