// sim/stats/histogram.hpp
//
// A log-bucketed histogram of non-negative nanoseconds, with exact count, extremes, sum and sum of squares.
//
// Buckets. Below 128 every integer has its own; above, each power of two is split into 128 equal ones, so a bucket
//          is at most 1/128 of its lower edge wide and its midpoint at most 0.4 % from any value in it.
// Merge.   Integers only: associative, commutative, and equal to having recorded everything in one histogram.
// Cost.    record is a few instructions. 512 bytes when empty, 1 KiB more per power of two seen (all values < 128
//          count as one); never more than 59 KiB.
// Range.   All of [0, 2^63). The sum of squares is exact while it fits 128 bits (10^9 values of 100 h do).
// Not.     It knows no time and no replications: confidence intervals come from estimate.hpp.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/base/int128.hpp"

namespace loadstone {

class Histogram {
 public:
  // The largest distance between quantile() and the order statistic it stands for, as a share of the latter.
  static constexpr double kRelativeError = 1.0 / 256;

  Histogram() = default;
  Histogram(const Histogram& other);
  Histogram(Histogram&& other) noexcept;
  Histogram& operator=(Histogram other) noexcept;
  ~Histogram() = default;

  // REQUIRES: value >= 0.
  [[gnu::always_inline]] void record(std::int64_t value) {
    LOADSTONE_DEBUG_CHECK(value >= 0, std::to_string(value));
    const Slot slot = slot_of(value);
    if (!blocks_[slot.block]) [[unlikely]] {
      allocate(slot.block);
    }
    ++(*blocks_[slot.block])[slot.index];
    const auto magnitude = static_cast<std::uint64_t>(value);
    ++count_;
    sum_ += value;
    sum_of_squares_ += static_cast<UInt128>(magnitude) * magnitude;
    if (value < min_) [[unlikely]] {
      min_ = value;
    }
    if (value > max_) [[unlikely]] {
      max_ = value;
    }
  }

  void merge(const Histogram& other);
  void clear();  // back to empty, memory returned

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::int64_t min() const { return count_ == 0 ? 0 : min_; }  // this and all below: 0 when empty
  [[nodiscard]] std::int64_t max() const { return max_; }
  [[nodiscard]] Int128 sum() const { return sum_; }
  [[nodiscard]] UInt128 sum_of_squares() const { return sum_of_squares_; }
  [[nodiscard]] double mean() const;
  // The sample variance (divisor n - 1), ns^2, without cancellation; 0 when there are fewer than two values.
  [[nodiscard]] double variance() const;

  // The value of rank max(1, ceil(q n)) in ascending order: the midpoint of the first bucket whose cumulative count
  // reaches the rank, clamped into [min, max]; ranks 1 and n give min and max exactly. A product q n that is within
  // 1e-12 (relative) above an integer counts as that integer (0.07 x 100 is 7, not 8). REQUIRES: 0 <= q <= 1.
  [[nodiscard]] std::int64_t quantile(double q) const;

  // How many values lie in the bucket of `value` or below it: exact "<= value" below 256. REQUIRES: value >= 0.
  [[nodiscard]] std::uint64_t count_at_most(std::int64_t value) const;

  // The number of integers that share the bucket of `value`. REQUIRES: value >= 0.
  [[nodiscard]] static std::int64_t bucket_width_at(std::int64_t value) {
    return std::int64_t{1} << shift_of(slot_of(value).block);
  }

  // Calls visit(low, width, count) for each non-empty bucket, ascending; the bucket holds [low, low + width).
  template <class Visit>
  void for_each_bucket(Visit visit) const;

  // All that it knows, to be written down and read again.
  struct Contents {
    std::uint64_t count = 0;
    std::int64_t min = 0;
    std::int64_t max = 0;
    Int128 sum = 0;
    UInt128 sum_of_squares = 0;
    std::vector<std::pair<std::int64_t, std::uint64_t>> buckets;  // (any value in it, count above 0), ascending
  };
  [[nodiscard]] Contents contents() const;
  // Nothing if no histogram has those.
  [[nodiscard]] static std::optional<Histogram> of(const Contents& contents);

  // Same values recorded, as far as the histogram can tell.
  friend bool operator==(const Histogram& a, const Histogram& b);

 private:
  static constexpr int kMantissaBits = 7;
  static constexpr std::size_t kPerBlock = std::size_t{1} << kMantissaBits;
  static constexpr std::size_t kBlocks = 63 - kMantissaBits + 1;
  using Block = std::array<std::uint64_t, kPerBlock>;

  struct Slot {
    std::size_t block;
    std::size_t index;
  };

  // Block 0 is [0, 128), block b > 0 is [2^(b+6), 2^(b+7)) in steps of 2^(b-1).
  static constexpr int shift_of(std::size_t block) { return static_cast<int>(block) - (block != 0 ? 1 : 0); }
  static constexpr Slot slot_of(std::int64_t value) {
    const auto magnitude = static_cast<std::uint64_t>(value);
    const auto block = static_cast<std::size_t>(std::bit_width(magnitude | (kPerBlock - 1)) - kMantissaBits);
    return {block, (magnitude >> shift_of(block)) & (kPerBlock - 1)};
  }
  static constexpr std::int64_t lower_edge(Slot slot) {
    return static_cast<std::int64_t>((slot.block == 0 ? slot.index : slot.index + kPerBlock) << shift_of(slot.block));
  }

  void allocate(std::size_t block);
  void swap(Histogram& other) noexcept;

  std::array<std::unique_ptr<Block>, kBlocks> blocks_;
  std::uint64_t count_ = 0;
  std::int64_t min_ = INT64_MAX;
  std::int64_t max_ = 0;
  Int128 sum_ = 0;
  UInt128 sum_of_squares_ = 0;
};

template <class Visit>
void Histogram::for_each_bucket(Visit visit) const {
  for (std::size_t block = 0; block < kBlocks; ++block) {
    for (std::size_t index = 0; blocks_[block] && index < kPerBlock; ++index) {
      if (const std::uint64_t n = (*blocks_[block])[index]; n > 0) {
        visit(lower_edge({block, index}), std::int64_t{1} << shift_of(block), n);
      }
    }
  }
}

}  // namespace loadstone
