// sim/claims/evidence.hpp
//
// What the two sides of a condition's comparisons came to, so that a reader can follow the verdict.
#pragma once

#include <string>

#include "sim/claims/scope.hpp"

namespace loadstone {

// "(node - os) / service = 28; p95@base = 210ms .. 223ms": every side that is not written as a number, each once.
[[nodiscard]] std::string evidence_of(const Expression& condition, const Scope& scope, const Scope::Given& given);

// Four significant digits, whole numbers in full: "28", "210ms .. 223ms", "'postgres.slots'". Rates from one a second
// on are per second, and money per time is per month: "724.1/s", "50/day", "$190/month".
[[nodiscard]] std::string short_text(const Value& value);

}  // namespace loadstone
