// sim/claims/judge.hpp
//
// The verdict on a claim: by its types, its intervals, and the figures of the runs that it asks for.
//
// Order. Dimensions come before sources, sources before values: what is meaningless is not circular, and what is
//        circular is not true.
// Not.   It never looks at what the verdict was expected to be.
#pragma once

#include <string>
#include <vector>

#include "sim/claims/metrics.hpp"
#include "sim/spec/claims.hpp"

namespace loadstone {

struct Judgement {
  ClaimVerdict verdict = ClaimVerdict::undecided;
  std::string evidence;
  std::vector<std::string> depends_on;  // assumed numbers, and points that were run
  bool simulated = false;               // figures of runs had a part in it
};

// The points whose figures the claim asks for, each once.
[[nodiscard]] std::vector<std::string> points_of(const ClaimSpec& claim, const Lets& shared, const Metrics& metrics);

// Reports names that there are not and conditions that are none, before anything is run.
void check_names(const ClaimSpec& claim, const Lets& shared, const Metrics& metrics, Diagnostics& diagnostics);

// A point with one parameter at an end of its range, and what that is called: "turn_cpu = 10ms".
struct Varied {
  std::string point;
  std::string instead;  // the one that was run in its place
  std::string says;
};

// REQUIRES: check_names() found nothing; `varied` has both ends of what the claim varies.
[[nodiscard]] Judgement judge(const ClaimSpec& claim, const Lets& shared, const Metrics& metrics,
                              const std::vector<Varied>& varied = {});

}  // namespace loadstone
