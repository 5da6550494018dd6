#include "sim/observe/meter.hpp"

namespace loadstone {

void Breakdown::add(RowId on, Doing doing, Int128 ns) {
  const std::size_t key = std::size_t{on} * kDoings + static_cast<std::size_t>(doing);
  if (key >= place_.size()) {
    place_.resize(key + 1, kNowhere);
  }
  if (place_[key] == kNowhere) {
    place_[key] = static_cast<std::uint32_t>(rows_.size());
    rows_.push_back({on, doing, 0});
  }
  rows_[place_[key]].ns += ns;
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
