#include "sim/experiment/replications.hpp"

namespace loadstone {

std::vector<Observations> run_replications(const Model& model, const RunSettings& settings, const Horizon& horizon,
                                           std::size_t count, Executor& executor, std::size_t first) {
  std::vector<Observations> observations(count);
  executor.run(count, [&](std::size_t replication) {
    RunSettings own = settings;
    own.give_up = [&executor] { return executor.interrupted(); };
    own.replication = first + replication;
    observations[replication] = run_replication(model, own, horizon);
  });
  return observations;
}

}  // namespace loadstone
