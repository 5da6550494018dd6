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

[[nodiscard]] Observations run_replication(const Model& model, RunSettings settings, const Horizon& horizon);

}  // namespace loadstone
