#include "src/calibrate/pairing.hpp"

#include <string>

#include "sim/experiment/saturate.hpp"
#include "sim/stats/variance.hpp"
#include "src/calibrate/known_system.hpp"

namespace loadstone::calibrate {

namespace {

KnownSystem pool_of(int connections) {
  return {
      "",
      "topology: pooled\nresources:\n  pool: {kind: semaphore, size: " + std::to_string(connections) +
          "}\n  cores: {kind: station, servers: 100, service: lognormal(mean=10ms; cv=1.5)}\nflows: {serve: {steps: "
          "[{hold: pool, do: [{visit: cores}, {delay: exponential(40ms)}]}]}}\n",
      "workload: even\nscenarios: {load: {executor: constant-arrival-rate, exec: serve, rate: 100/s, duration: "
      "1h}}\n",
      0, std::nullopt};
}

double capacity_of(const KnownSystem& system, std::uint64_t seed) {
  SerialExecutor here;
  SaturateRequest request;
  request.seed = seed;
  request.depth = 1;
  return saturate(models_of(system), request, here).order.front().at.value;
}

}  // namespace

double Pairing::gain() const {
  return variance(differences_apart) / variance(differences_paired);
}

Pairing calibrate_pairing(std::size_t searches, std::uint64_t first_seed, Executor& executor) {
  const KnownSystem fewer = pool_of(40);
  const KnownSystem more = pool_of(44);
  std::vector<double> of_fewer(searches);
  std::vector<double> of_more(searches);
  std::vector<double> of_more_apart(searches);
  executor.run(3 * searches, [&](std::size_t i) {
    const std::uint64_t seed = first_seed + i / 3;
    switch (i % 3) {
      case 0:
        of_fewer[i / 3] = capacity_of(fewer, seed);
        break;
      case 1:
        of_more[i / 3] = capacity_of(more, seed);
        break;
      default:
        of_more_apart[i / 3] = capacity_of(more, seed + searches);
        break;
    }
  });
  Pairing pairing;
  for (std::size_t i = 0; i < searches; ++i) {
    pairing.differences_paired.push_back(of_more[i] - of_fewer[i]);
    pairing.differences_apart.push_back(of_more_apart[i] - of_fewer[i]);
  }
  return pairing;
}

}  // namespace loadstone::calibrate
