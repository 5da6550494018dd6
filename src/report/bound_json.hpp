// src/report/bound_json.hpp
//
// The bound along an axis as JSON (see json.hpp for the rules).
#pragma once

#include <string>

#include "sim/experiment/axis_bound.hpp"

namespace loadstone::report {

[[nodiscard]] std::string to_json(const AxisBound& bound);

}  // namespace loadstone::report
