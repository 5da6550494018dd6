// sim/experiment/explanation.hpp
//
// What a topology amounts to before anything is run: how many connections its pools may open against what their
// servers admit, and, under a workload, the load at which each resource would be fully used if nothing ever waited.
#pragma once

#include <string>
#include <vector>

#include "sim/analysis/bound.hpp"
#include "sim/experiment/run_result.hpp"
#include "sim/spec/values.hpp"

namespace loadstone {

struct PoolShare {
  std::string pool;
  double connections = 0;  // of one copy
  double copies = 1;
};

struct ServerConnections {
  std::string server;  // the row that admits them: "postgres.slots"
  double admitted = 0;
  std::vector<PoolShare> pools;

  [[nodiscard]] double sum() const;
};

struct BoundRow {
  std::string resource;
  double capacity = 0;   // of all members
  double demand_ms = 0;  // busy time per request that enters
  double at_load = 0;
};

struct Explanation {
  Identity identity;
  std::vector<Assumption> assumptions;
  std::vector<ServerConnections> connections;
  std::vector<BoundRow> bounds;  // tightest first; empty without a workload
  std::string effective;         // the file with every default written out
};

// Nobody has measured or documented it.
[[nodiscard]] bool is_guess(const Assumption& number);
[[nodiscard]] std::vector<ServerConnections> connections_of(const Model& model);
// Without those that have no limit.
[[nodiscard]] std::vector<BoundRow> bound_rows(const Model& model, const Bound& bound);

}  // namespace loadstone
