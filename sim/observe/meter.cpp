#include "sim/observe/meter.hpp"

#include <algorithm>

namespace loadstone {

void Breakdown::appear(RowId on, Doing doing) {
  const std::size_t key = key_of(on, doing);
  place_.resize(std::max(place_.size(), key + 1), kNowhere);
  place_[key] = static_cast<std::uint32_t>(rows_.size());
  rows_.push_back({on, doing, 0});
}

void Breakdown::merge(const Breakdown& other) {
  for (const Row& row : other.rows_) {
    add(row.on, row.doing, row.ns);
  }
}

Int128 Breakdown::total() const {
  Int128 sum = 0;
  for (const Row& row : rows_) {
    sum += row.ns;
  }
  return sum;
}

}  // namespace loadstone
