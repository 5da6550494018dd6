// tests/support/hand_written.hpp
//
// Observations that no run made: what the resources of a small model did in windows of a minute each, as a test writes
// it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/observe/observations.hpp"
#include "src/load/loader.hpp"

namespace loadstone::test {

struct Window {
  std::uint64_t arrivals = 0;
  std::uint64_t granted = 0;
  std::uint64_t refused = 0;
  std::uint64_t timed_out = 0;
  std::int64_t waiting_more = 0;  // in line at its end than at its start
  double blocked_s = 0;
  double full_s = 0;
};

class HandWritten {
 public:
  // Of so many stations.
  explicit HandWritten(std::size_t resources = 1);

  // Adds three replications of a resource, all alike: of one alone, nothing is known of its noise.
  HandWritten& windows(const std::vector<Window>& minutes, RowId row = 0);
  // In every replication there is so far.
  void left_at_end(std::uint64_t inside, std::uint64_t of, RowId waiting_at);
  void stopped(const std::string& why);

  [[nodiscard]] const Model& model() const { return loaded_.model; }
  [[nodiscard]] std::span<const Observations> observations() const { return observations_; }

 private:
  void add_replication(const std::vector<Window>& minutes, RowId row);

  load::Loaded loaded_;
  std::vector<Observations> observations_;
  std::vector<std::size_t> replications_;  // written so far, by row
};

}  // namespace loadstone::test
