// sim/observe/meter.hpp
//
// The observations of one declared resource ("postgres.slots"), all its members together: distributions of waits and
// holds, what its holders were doing while they held it, and the totals at the edges of the run's blocks.
//
// Exact.  Sums of individual waits and holds are kept beside the level's time integrals; at the end of a run both must
//         agree to the nanosecond (Little's law), in Release builds too.
// Not.    No estimates: sim/stats makes those from several replications.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/base/int128.hpp"
#include "sim/observe/level.hpp"
#include "sim/stats/histogram.hpp"

namespace loadstone {

using RowId = std::uint32_t;  // index of a resource's row in the model and in the observations

enum class Doing : std::uint8_t { own, waiting, served };
inline constexpr std::size_t kDoings = 3;

// Where the time of a hold went. Rows are (what, on which resource); `own` belongs to no resource.
class Breakdown {
 public:
  struct Row {
    RowId on = 0;
    Doing doing = Doing::own;
    Int128 ns = 0;
  };

  void add(RowId on, Doing doing, Int128 ns) {
    const std::size_t key = key_of(on, doing);
    if (key >= place_.size() || place_[key] == kNowhere) [[unlikely]] {
      appear(on, doing);
    }
    rows_[place_[key]].ns += ns;
  }
  void merge(const Breakdown& other);
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  [[nodiscard]] Int128 total() const;

 private:
  static constexpr std::uint32_t kNowhere = 0xffffffff;

  [[nodiscard]] static constexpr std::size_t key_of(RowId on, Doing doing) {
    return std::size_t{on} * kDoings + static_cast<std::size_t>(doing);
  }
  void appear(RowId on, Doing doing);

  std::vector<Row> rows_;             // in the order of appearance
  std::vector<std::uint32_t> place_;  // in rows_, by resource and doing
};

struct Meter {
  Histogram wait;  // ns, of those who got the resource, zeros included
  Histogram hold;  // ns, of finished holds or services
  Breakdown breakdown;
  Int128 wait_sum = 0;          // of all who left the line, however
  Int128 hold_sum = 0;          // unit-ns of all finished holds
  std::vector<Totals> at_edge;  // at the start of measurement and at each block's end
  std::uint64_t members = 0;
};

}  // namespace loadstone
