// sim/engine/retry_budget.hpp
//
// Who says whether a failed attempt may be followed by another: what a `retry` asks (see scopes.hpp). The rules are in
// sim/primitive/retry_rules.hpp.
//
// Order. begin, then end; after an end that failed, allow, and if it does, end of that retry; and so on.
#pragma once

#include "sim/engine/resource.hpp"

namespace loadstone {

// How an attempt ended: well, with an error that is retried, or otherwise (another error, or nobody waits any more).
enum class Attempt : std::uint8_t { well, failed, other };

class RetryBudget : public Resource {
 public:
  using Resource::Resource;

  // The first attempt of a request begins.
  virtual void begin(const Request& request) = 0;
  virtual void end(const Request& request, bool is_retry, Attempt attempt) = 0;
  // Whether the request may try again; then the retry has begun.
  [[nodiscard]] virtual bool allow(const Request& request) = 0;
};

}  // namespace loadstone
