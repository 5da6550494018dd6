// src/load/experiment_file.hpp
//
// An experiment from its file, with the files that it names found from where it lies.
#pragma once

#include <optional>
#include <string>

#include "sim/base/diagnostic.hpp"
#include "sim/spec/experiment.hpp"

namespace loadstone::load {

// Nothing after an error, which `diagnostics` has. A file that is no experiment is one, with `hints` as its notes.
[[nodiscard]] std::optional<Experiment> read_experiment_at(const std::string& path, Diagnostics& diagnostics,
                                                           std::vector<std::string> hints);

}  // namespace loadstone::load
