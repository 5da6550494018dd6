// sim/kernel/time_slices.hpp
//
// Slices of time of equal length from an instant on, and the keys of the events in each, in no order.
//
// Cost. put is an append, next a look for a bit. Slices keep their memory.
// Not.  It does not know which events were cancelled.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/kernel/event.hpp"

namespace loadstone {

class TimeSlices {
 public:
  static constexpr std::size_t kMost = 256;

  // The first `count` slices from `from` on are now these, each 2^bits ns long. REQUIRES: no keys; count <= kMost.
  void begin(SimTime from, int bits, std::size_t count) {
    from_ = from;
    bits_ = bits;
    count_ = count;
    word_ = 0;
  }
  [[nodiscard]] int bits() const { return bits_; }
  // False if it lies in none of them.
  bool put(EventKey key) {
    const std::uint64_t slice = static_cast<std::uint64_t>(key.at().ns - from_.ns) >> bits_;
    if (slice >= count_) {
      return false;
    }
    keys_[slice].push_back(key);
    occupied_[slice / 64] |= std::uint64_t{1} << (slice % 64);
    return true;
  }
  // Goes to the next slice that has keys; false if there is none. No key is put in it, or before it, any more.
  bool next();
  // Of that slice: its keys, which the caller takes away, when it begins and when it ends.
  [[nodiscard]] std::vector<EventKey>& keys() { return keys_[slice_]; }
  [[nodiscard]] SimTime begins() const { return from_ + length_of(slice_); }
  [[nodiscard]] SimTime ends() const { return from_ + length_of(slice_ + 1); }
  template <class Goes>
  std::size_t erase_if(Goes goes) {
    std::size_t gone = 0;
    for (std::vector<EventKey>& keys : keys_) {
      gone += std::erase_if(keys, goes);
    }
    return gone;
  }

 private:
  [[nodiscard]] Duration length_of(std::size_t slices) const {
    return {static_cast<std::int64_t>(slices) << bits_};
  }

  SimTime from_;
  int bits_ = 0;
  std::size_t count_ = 0;
  std::size_t slice_ = 0;  // where next() went
  std::size_t word_ = 0;   // of occupied_; all before it are 0
  std::array<std::uint64_t, kMost / 64> occupied_{};
  std::array<std::vector<EventKey>, kMost> keys_;
};

}  // namespace loadstone
