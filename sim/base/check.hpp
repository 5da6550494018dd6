// sim/base/check.hpp
//
// Invariants of our own. A failed check is a bug in loadstone (or a violated conservation law), never bad input:
// bad input gets a Diagnostic. A failure throws CheckFailure, which the command line turns into exit code 1.
//
// CHECK        always on, Release too: for what is not on the hot path.
// DEBUG_CHECK  only in builds without NDEBUG: for the hot path.
#pragma once

#include <stdexcept>
#include <string>

namespace loadstone {

class CheckFailure : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void check_failed(const char* condition, const std::string& detail, const char* file = __builtin_FILE(),
                               int line = __builtin_LINE());
// The same, without a string to be made where the check stands.
[[noreturn]] void check_failed(const char* condition, const char* detail, const char* file = __builtin_FILE(),
                               int line = __builtin_LINE());

}  // namespace loadstone

#define LOADSTONE_CHECK(condition, detail)             \
  do {                                                 \
    if (!(condition)) [[unlikely]] {                   \
      ::loadstone::check_failed(#condition, (detail)); \
    }                                                  \
  } while (false)

#ifdef NDEBUG
#define LOADSTONE_DEBUG_CHECK(condition, detail) static_cast<void>(0)
#else
#define LOADSTONE_DEBUG_CHECK(condition, detail) LOADSTONE_CHECK(condition, detail)
#endif
