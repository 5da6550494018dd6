// sim/claims/guesses.hpp
//
// Names whose value may be off, within a range: whether the verdict hangs on them.
#pragma once

#include <string>
#include <vector>

#include "sim/claims/scope.hpp"

namespace loadstone {

struct Guess {
  const LetSpec* let;
  Value low;
  Value high;
};

// Those that the condition hangs on.
[[nodiscard]] std::vector<Guess> guesses_of(const Expression& condition, const Scope& scope);

// Values of the guesses, inside their ranges, that turn `truth` round, as text: "os = 4GiB"; "" if none were found.
// The ends of each alone are tried, then all corners of up to 10 of them.
[[nodiscard]] std::string turned_by(const Expression& condition, const Scope& scope, Truth truth);

}  // namespace loadstone
