#include "sim/stats/histogram.hpp"

#include <algorithm>
#include <utility>

#include "sim/stats/rank.hpp"

namespace loadstone {

Histogram::Histogram(const Histogram& other) {
  merge(other);
}

Histogram::Histogram(Histogram&& other) noexcept {
  swap(other);
}

Histogram& Histogram::operator=(Histogram other) noexcept {
  swap(other);
  return *this;
}

void Histogram::swap(Histogram& other) noexcept {
  blocks_.swap(other.blocks_);
  std::swap(count_, other.count_);
  std::swap(min_, other.min_);
  std::swap(max_, other.max_);
  std::swap(sum_, other.sum_);
  std::swap(sum_of_squares_, other.sum_of_squares_);
}

void Histogram::allocate(std::size_t block) {
  blocks_[block] = std::make_unique<Block>();
}

void Histogram::clear() {
  *this = Histogram();
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t b = 0; b < kBlocks; ++b) {
    if (!other.blocks_[b]) {
      continue;
    }
    if (!blocks_[b]) {
      allocate(b);
    }
    for (std::size_t i = 0; i < kPerBlock; ++i) {
      (*blocks_[b])[i] += (*other.blocks_[b])[i];
    }
  }
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
  sum_of_squares_ += other.sum_of_squares_;
}

Histogram::Contents Histogram::contents() const {
  Contents contents{count_, min(), max_, sum_, sum_of_squares_, {}};
  for_each_bucket(
      [&](std::int64_t low, std::int64_t, std::uint64_t count) { contents.buckets.emplace_back(low, count); });
  return contents;
}

std::optional<Histogram> Histogram::of(const Contents& contents) {
  Histogram histogram;
  std::int64_t before = -1;
  for (const auto& [value, count] : contents.buckets) {
    if (value <= before || count == 0 || count > contents.count - histogram.count_) {
      return std::nullopt;
    }
    const Slot slot = slot_of(value);
    if (!histogram.blocks_[slot.block]) {
      histogram.allocate(slot.block);
    }
    (*histogram.blocks_[slot.block])[slot.index] += count;
    histogram.count_ += count;
    before = value;
  }
  if (histogram.count_ != contents.count || contents.min < 0 || contents.min > contents.max) {
    return std::nullopt;
  }
  if (contents.count > 0) {
    histogram.min_ = contents.min;
    histogram.max_ = contents.max;
    histogram.sum_ = contents.sum;
    histogram.sum_of_squares_ = contents.sum_of_squares;
  }
  return histogram;
}

double Histogram::mean() const {
  return count_ == 0 ? 0.0 : to_double(sum_) / static_cast<double>(count_);
}

double Histogram::variance() const {
  if (count_ < 2) {
    return 0.0;
  }
  // Around the integer m = floor(mean), in integers: sum (x - m)^2 = sum x^2 - 2 m sum x + n m^2. The parts may wrap
  // modulo 2^128; the result does not, because it is between 0 and sum x^2. With the rest r = sum x - n m in [0, n):
  // sum (x - mean)^2 = sum (x - m)^2 - r^2 / n.
  const UInt128 n = count_;
  const auto total = static_cast<UInt128>(sum_);
  const UInt128 m = total / n;
  const UInt128 around_m = sum_of_squares_ - 2 * m * total + n * m * m;
  const double rest = to_double(total - n * m);
  const auto size = static_cast<double>(count_);
  return std::max(0.0, to_double(around_m) - rest * rest / size) / (size - 1);
}

std::int64_t Histogram::quantile(double q) const {
  LOADSTONE_CHECK(q >= 0 && q <= 1, std::to_string(q));
  if (count_ == 0) {
    return 0;
  }
  const std::uint64_t rank = rank_of(q, count_);
  if (rank <= 1) {
    return min_;
  }
  if (rank >= count_) {
    return max_;
  }
  std::uint64_t seen = 0;
  for (std::size_t b = 0; b < kBlocks; ++b) {
    for (std::size_t i = 0; blocks_[b] && i < kPerBlock; ++i) {
      seen += (*blocks_[b])[i];
      if (seen >= rank) {
        const std::int64_t half = ((std::int64_t{1} << shift_of(b)) - 1) / 2;
        return std::clamp(lower_edge({b, i}) + half, min_, max_);
      }
    }
  }
  return max_;
}

std::uint64_t Histogram::count_at_most(std::int64_t value) const {
  LOADSTONE_CHECK(value >= 0, std::to_string(value));
  const Slot last = slot_of(value);
  std::uint64_t seen = 0;
  for (std::size_t b = 0; b <= last.block; ++b) {
    const std::size_t end = b < last.block ? kPerBlock : last.index + 1;
    for (std::size_t i = 0; blocks_[b] && i < end; ++i) {
      seen += (*blocks_[b])[i];
    }
  }
  return seen;
}

bool operator==(const Histogram& a, const Histogram& b) {
  const auto same_block = [](const auto& x, const auto& y) { return x && y ? *x == *y : !x && !y; };
  return a.count_ == b.count_ && a.sum_ == b.sum_ && a.sum_of_squares_ == b.sum_of_squares_ && a.min_ == b.min_ &&
         a.max_ == b.max_ && std::equal(a.blocks_.begin(), a.blocks_.end(), b.blocks_.begin(), same_block);
}

}  // namespace loadstone
