#include "sim/kernel/time_slices.hpp"

#include <bit>

namespace loadstone {

bool TimeSlices::next() {
  for (; word_ < occupied_.size(); ++word_) {
    if (std::uint64_t& word = occupied_[word_]; word != 0) {
      slice_ = word_ * 64 + static_cast<std::size_t>(std::countr_zero(word));
      word &= word - 1;
      return true;
    }
  }
  return false;
}

}  // namespace loadstone
