// sim/experiment/edge.hpp
//
// Where the capacity lies between a value that holds and one that breaks: what the measures of both say of it.
//
// Not. It runs nothing: saturate.cpp decides where to look.
#pragma once

#include "sim/analysis/bound.hpp"
#include "sim/experiment/evaluation.hpp"
#include "sim/experiment/saturate.hpp"

namespace loadstone {

// What is known besides the runs.
struct EdgeContext {
  const Bound& bound;
  bool is_load = true;    // the axis
  bool is_later = false;  // of what comes next, from shorter runs
};

// By the measures so far; the upper end where they do not say. `below` is empty where nothing holds yet.
[[nodiscard]] double likely_edge(const Evaluation& below, const Evaluation& above, const EdgeContext& context);

// The answer of a search that ended with these.
[[nodiscard]] Saturated describe_edge(const Evaluation& below, const Evaluation& above, const EdgeContext& context);

// The answer where nothing that is left has a limit.
[[nodiscard]] Saturated unlimited();

}  // namespace loadstone
