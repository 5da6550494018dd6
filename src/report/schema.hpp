// src/report/schema.hpp
//
// The JSON Schemas (draft 7) of the files that loadstone reads, made from the field tables that validation uses, for
// editors that complete and check YAML by a schema.
//
// Not. A schema accepts more than `loadstone validate`: names, units, dimensions and missing keys are checked there
//      only, because an overlay may leave out or null whatever its base has.
#pragma once

#include <string>

#include "sim/spec/kinds.hpp"

namespace loadstone::report {

[[nodiscard]] std::string topology_schema(const Kinds& kinds);
[[nodiscard]] std::string workload_schema(const Kinds& kinds);
[[nodiscard]] std::string experiment_schema();

}  // namespace loadstone::report
