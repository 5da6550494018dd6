#include "sim/random/discrete.hpp"

#include <algorithm>
#include <bit>

#include "sim/base/check.hpp"
#include "sim/random/math.hpp"

namespace loadstone {

__extension__ using Wide = unsigned __int128;

// The cumulated weights in units of 2^-53: member i takes the uniform numbers in [end[i-1], end[i]). The guide says at
// which member to begin looking, by the upper bits of the number.
struct DiscreteLaw::Table {
  std::vector<std::uint64_t> end;
  std::vector<std::uint32_t> guide;
  int shift = 0;

  explicit Table(std::span<const double> weights);
  [[nodiscard]] std::uint64_t find(std::uint64_t number) const;
};

DiscreteLaw::Table::Table(std::span<const double> weights) : end(weights.size()) {
  // Weights as integers of 50 bits at most, so that their sums are exact (10^7 < 2^24 of them).
  const double unit = *std::max_element(weights.begin(), weights.end()) * 0x1p-50;
  const auto as_integer = [unit](double weight) { return static_cast<std::uint64_t>(weight / unit + 0.5); };
  Wide total = 0;
  for (const double weight : weights) {
    total += as_integer(weight);
  }
  Wide sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    sum += as_integer(weights[i]);
    end[i] = static_cast<std::uint64_t>((sum << 53) / total);
  }
  const int guide_bits = static_cast<int>(std::bit_width(weights.size()));
  shift = 53 - guide_bits;
  guide.resize(std::size_t{1} << guide_bits);
  std::uint32_t member = 0;
  for (std::size_t cell = 0; cell < guide.size(); ++cell) {
    while (end[member] <= std::uint64_t{cell} << shift) {
      ++member;
    }
    guide[cell] = member;
  }
}

std::uint64_t DiscreteLaw::Table::find(std::uint64_t number) const {
  std::uint64_t member = guide[number >> shift];
  // Few steps on average; a cell full of tiny weights is searched by halving.
  for (int steps = 0; end[member] <= number; ++steps, ++member) {
    if (steps == 8) {
      return static_cast<std::uint64_t>(
          std::upper_bound(end.begin() + static_cast<std::ptrdiff_t>(member), end.end(), number) - end.begin());
    }
  }
  return member;
}

DiscreteLaw DiscreteLaw::uniform(std::uint64_t n) {
  LOADSTONE_CHECK(n > 0, "a law needs a member");
  return {0, n};
}

DiscreteLaw DiscreteLaw::integer(std::uint64_t lo, std::uint64_t hi) {
  LOADSTONE_CHECK(lo <= hi && hi - lo + 1 != 0, "integer(lo; hi) needs lo <= hi");
  return {lo, hi - lo + 1};
}

DiscreteLaw DiscreteLaw::zipf(double s, std::uint64_t n) {
  LOADSTONE_CHECK(s >= 0.0 && n > 0 && n <= kMaxTable, "zipf needs s >= 0 and a population that fits a table");
  std::vector<double> weights(n);
  for (std::uint64_t i = 0; i < n; ++i) {
    weights[i] = math::pow(static_cast<double>(i + 1), -s);
  }
  return weighted(weights);
}

DiscreteLaw DiscreteLaw::weighted(std::span<const double> weights) {
  LOADSTONE_CHECK(!weights.empty() && weights.size() <= kMaxTable, "weights must fit a table");
  DiscreteLaw law(0, weights.size());
  law.table_ = std::make_shared<const Table>(weights);
  return law;
}

DiscreteLaw DiscreteLaw::hash(std::uint64_t n) {
  DiscreteLaw law = uniform(n);
  law.is_hash_ = true;
  return law;
}

std::uint64_t DiscreteLaw::sample(Draw draw) const {
  LOADSTONE_DEBUG_CHECK(!is_hash_, "a hash maps a value; it does not draw");
  return first_ + (table_ ? table_->find(mix(draw.key) >> 11) : uniform_below(draw, size_));
}

std::uint64_t DiscreteLaw::of(std::uint64_t value) const {
  return uniform_below(Draw{value}, size_);
}

double DiscreteLaw::probability(std::uint64_t member) const {
  if (member < first_ || member - first_ >= size_) {
    return 0.0;
  }
  if (!table_) {
    return 1.0 / static_cast<double>(size_);
  }
  const std::uint64_t begin = member == 0 ? 0 : table_->end[member - 1];
  return static_cast<double>(table_->end[member] - begin) * 0x1p-53;
}

double DiscreteLaw::mean() const {
  if (!table_) {
    return static_cast<double>(first_) + 0.5 * static_cast<double>(size_ - 1);
  }
  double mean = 0.0;
  for (std::uint64_t member = size_; member-- > 1;) {
    mean += static_cast<double>(member) * probability(member);
  }
  return mean;
}

}  // namespace loadstone
