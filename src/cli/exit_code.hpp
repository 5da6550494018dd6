// src/cli/exit_code.hpp
//
// What the exit status of loadstone means. Never reused.
#pragma once

namespace loadstone::cli {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,            // a violated invariant, a runaway or a deadlock, no space, a lost worker
  kInvalidInput = 2,      // what was given cannot be used; nothing was run
  kThresholdFailed = 99,  // k6's: a threshold does not hold, or a claim's verdict is another one
  kInterrupted = 130,     // SIGINT; what was finished is kept
  kTerminated = 143,      // SIGTERM
};

}  // namespace loadstone::cli
