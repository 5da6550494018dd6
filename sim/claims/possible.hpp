// sim/claims/possible.hpp
//
// Whether some values within intervals meet a condition: the box of all of them is cut in halves until a part meets it
// everywhere, or none can meet it anywhere.
//
// Cost.  At most kMostBoxes evaluations; what is still open then is undecided.
#pragma once

#include "sim/claims/scope.hpp"

namespace loadstone {

inline constexpr int kMostBoxes = 20'000;

struct Possibility {
  Truth truth = Truth::undecided;
  Scope::Given witness;  // values that meet it, where there are some
};

// `box`: the names that are free, with their intervals.
[[nodiscard]] Possibility find_possible(const Expression& condition, const Scope& scope, const Scope::Given& box);

}  // namespace loadstone
