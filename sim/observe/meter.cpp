#include "sim/observe/meter.hpp"

namespace loadstone {

void Breakdown::add(RowId on, Doing doing, Int128 ns) {
  for (Row& row : rows_) {
    if (row.on == on && row.doing == doing) {
      row.ns += ns;
      return;
    }
  }
  rows_.push_back({on, doing, ns});
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
