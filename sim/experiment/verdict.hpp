// sim/experiment/verdict.hpp
//
// What a run says in one sentence, and what a reader of its numbers must be warned of.
#pragma once

#include "sim/analysis/saturation.hpp"
#include "sim/experiment/run_result.hpp"

namespace loadstone {

// Fills in verdict, saturated, stable, first and warnings of a result whose summary is there.
void pronounce(const Model& model, const Verdict& verdict, RunResult& result);

}  // namespace loadstone
