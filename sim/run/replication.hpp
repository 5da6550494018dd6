// sim/run/replication.hpp
//
// Runs one replication of a model: warm-up, measurement in blocks of equal length, and a drain in which the sampled
// requests end.
//
// Order. The same model and settings give the same Observations, bit for bit, whoever else runs.
// Fails. CheckFailure if a conservation law does not hold. A runaway (in-flight limit, spinning, deadlock) ends the
// run:
//        Observations::stopped says why, and what was observed until then is kept.
#pragma once

#include "sim/engine/simulation.hpp"
#include "sim/observe/observations.hpp"

namespace loadstone {

struct Horizon {
  Duration warmup;
  Duration end;  // of measurement, from the start
  std::size_t blocks = 40;
  Duration drain{INT64_C(1) << 60};  // longest time after the end
};

// Who runs replications elsewhere than in this process: on another kernel. It gives what run_replication would.
class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  // Whether transfers take what its own network makes them take, and not what the topology says of links.
  [[nodiscard]] virtual bool has_own_network() const { return false; }
  // By any number of threads at a time. Throws std::runtime_error if it cannot be run there.
  [[nodiscard]] virtual Observations run(const Model& model, const RunSettings& settings,
                                         const Horizon& horizon) const = 0;
};

// By settings.engine, if that is one.
[[nodiscard]] Observations run_replication(const Model& model, RunSettings settings, const Horizon& horizon);

// In this process on that kernel, which must be new.
[[nodiscard]] Observations run_replication_on(Kernel& kernel, const Model& model, RunSettings settings,
                                              const Horizon& horizon);

}  // namespace loadstone
