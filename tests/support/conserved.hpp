// tests/support/conserved.hpp
//
// The conservation laws, asked of what a run leaves behind: a second opinion beside Simulation::check_conservation,
// which every run passes through and which sees the inside.
//
// Laws.   offered = completed + failed + dropped + in flight, per flow, over the run and over the sample; arrivals at a
//         resource = granted + refused + left the line + still in line; the time integral of a line is at least the
//         sum of the waits that ended, and equal if nobody is left; so for holds; the breakdown's rows sum to the
//         holds. Exact, in integers.
#pragma once

#include <gtest/gtest.h>

#include "sim/engine/model.hpp"
#include "sim/observe/observations.hpp"

namespace loadstone::test {

[[nodiscard]] testing::AssertionResult conserved(const Model& model, const Observations& observations);

// conserved(), and the run came to its end with every sampled request ended. For models that are stable.
[[nodiscard]] testing::AssertionResult conserved_and_ended(const Model& model, const Observations& observations);

}  // namespace loadstone::test
