// sim/engine/model.hpp
//
// The compiled model: names have become dense ids, flows one flat program, resources plans. Frozen after compilation;
// any number of replications run it at once.
//
// Owns. Everything that operations, resources and sources point to.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/fault_plan.hpp"
#include "sim/engine/op.hpp"
#include "sim/engine/request.hpp"
#include "sim/engine/resource.hpp"

namespace loadstone {

class Source;

// What brings requests into a run: an executor of the workload, or a schedule of the topology.
class SourcePlan {
 public:
  SourcePlan() = default;
  SourcePlan(const SourcePlan&) = delete;
  SourcePlan& operator=(const SourcePlan&) = delete;
  virtual ~SourcePlan() = default;

  [[nodiscard]] virtual std::unique_ptr<Source> instantiate(Simulation& simulation) const = 0;
  // Makes it a constant load at its peak, from the start to `end`: what `saturate` searches.
  virtual void hold_peak(Duration) {}
  // Arrivals per nanosecond at load 1 at its peak; nothing where they depend on what becomes of them.
  [[nodiscard]] virtual std::optional<double> peak_rate() const { return std::nullopt; }
  // Users at this load at its peak, where they make it a closed load.
  [[nodiscard]] virtual std::optional<std::int64_t> peak_users(double) const { return std::nullopt; }

  std::string name;
  Duration end;              // of its own profile, from the start of the run
  bool constant = false;     // its load does not change: it goes on while a run drains
  bool is_schedule = false;  // the topology's, rather than a scenario: `load` does not apply

  // From when on it brings no request. A constant load that lasts to the end of its workload goes on for as long as the
  // run does, so that the last sampled requests end under it, unless it is told to stop.
  [[nodiscard]] SimTime stops_at(const Simulation& simulation, bool told_to_stop) const;
};

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  // Schedules the first arrival.
  virtual void start() = 0;
};

struct Flow {
  std::string name;
  std::uint32_t entry = 0;  // index into Model::program
};

struct Limits {
  std::uint64_t max_in_flight = 5'000'000;
  std::uint64_t max_ops_at_once = 10'000'000;  // of one request without letting time pass
};

// The texts that a model was compiled from, for whoever must compile it again: another process.
struct Recipe {
  std::string topology;       // YAML, overlays resolved
  std::string workload;       // the same
  std::string topology_path;  // of the file, for those that it names
  std::string workload_path;
  std::map<std::string, std::string> set;  // parameters
  // Whole files that the two name, in the order in which they are asked for: path and text.
  std::vector<std::pair<std::string, std::shared_ptr<const std::string>>> side_files;
};

struct Model {
  std::vector<Op> program;
  std::vector<Flow> flows;
  // Operations [first, last] of one piece of work that a server does for a request, in ascending order.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> served;
  std::vector<std::string> errors{""};  // by ErrorId; 0 is "no error"
  // What the real component says, by the error's name and the resource that fails so ("": all of its kind).
  std::map<std::string, std::map<std::string, std::string>> error_texts;
  std::vector<std::string> attributes;  // by slot
  std::vector<std::string> marks;
  std::vector<std::unique_ptr<ResourcePlan>> resources;  // by RowId
  std::vector<std::unique_ptr<SourcePlan>> sources;
  std::vector<std::unique_ptr<OutagePlan>> outages;  // by OutageId
  std::vector<FaultPlan> faults;                     // in the order of the file
  std::vector<SlowPart> slow_parts;
  std::vector<FlowWindow> windows;
  std::deque<std::shared_ptr<const void>> plans;  // what Op::plan points to
  Duration end;                                   // of the workload: as it says, or of its last source
  Limits limits;
  std::shared_ptr<const Recipe> recipe;  // where that was asked for
  Duration held_until;                   // its sources are held at their peaks until then; 0: they are as written

  Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  Model(Model&&) = default;
  Model& operator=(Model&&) = default;
};

}  // namespace loadstone
