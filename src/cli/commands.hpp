// src/cli/commands.hpp
//
// The commands, each in the file of its name. Each returns an exit code; results go to standard output, everything else
// to standard error.
#pragma once

#include "src/cli/options.hpp"

namespace loadstone::cli {

int command_calibrate(const Options& options);
int command_check(const Options& options);
int command_compare(const Options& options);
int command_explain(const Options& options);
int command_merge(const Options& options);
int command_run(const Options& options);
int command_saturate(const Options& options);
int command_schema(const Options& options);
int command_sensitivity(const Options& options);
int command_sweep(const Options& options);
int command_validate(const Options& options);

}  // namespace loadstone::cli
