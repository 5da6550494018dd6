// src/load/guesses.hpp
//
// The numbers of a topology that are guesses, and how to write another number in the place of one.
//
// Guess. A number that is assumed or estimated and has a range. A kind's own defaults and what is measured or
// documented
//        are none, and neither is what was given from outside (--set).
// Laws.  A law is varied as a whole: lognormal(mean=20ms; cv=0.8) at twice its value is lognormal(mean=40ms; cv=0.8).
//        Of a law without units the arguments that scale it are known by their names.
// Whole. What is written as a whole number stays one, at least 1; a share stays at most 100%.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment/sensitivity.hpp"
#include "src/load/loader.hpp"

namespace loadstone::load {

struct Guesses {
  std::vector<VariedNumber> varied;
  std::vector<Assumption> where;        // of each of them
  std::vector<std::string> not_varied;  // "path: why"
};
[[nodiscard]] Guesses guesses_of(const Inputs& inputs, const Loaded& loaded, const Overrides& given);

// The number at `factor` times its value, as it would be written; nothing if it is none that can be scaled.
[[nodiscard]] std::optional<std::string> scaled(std::string_view number, double factor);

// The topology with each guess at its factor.
[[nodiscard]] Node with_guesses(Node topology, const Guesses& guesses, const Factors& factors);

}  // namespace loadstone::load
