// sim/primitive/retry_rules.hpp
//
// How many retries there may be, all requests together: the rules of gRPC, Envoy and Finagle.
//
// Rules.  throttling (gRPC): a count starts at `most`; an attempt that failed takes 1, one that went well adds `ratio`;
//         retries while it is above half. concurrent (Envoy): so many retries at a time. share (Envoy's budget): so
//         many percent of the attempts under way, or `least`, at a time. deposits (Finagle): each first attempt puts in
//         `ratio` of a retry, and there are `least` besides; both come back, or are lost, when `ttl` has passed.
// Exact.  gRPC's count is in thousandths, Finagle's deposits in ten slices of `ttl`, as in their sources.
// Levels. `in use` are retries under way, their pauses included. Refused are retries that were not allowed.
// Not.    A retry that is not allowed does not wait: the request fails with what its last attempt failed with.
#pragma once

#include <array>

#include "sim/engine/member_array.hpp"
#include "sim/engine/retry_budget.hpp"

namespace loadstone {

enum class RetryRule : std::uint8_t { throttling, concurrent, share, deposits };

struct RetryRulesPlan : ResourcePlan {
  RetryRulesPlan() {
    in_bound = false;
    judged = false;  // that retries are refused is what something behind it has done
  }
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  RetryRule rule = RetryRule::concurrent;
  std::int64_t most = 0;     // throttling: thousandths; concurrent: retries
  std::int64_t ratio = 0;    // throttling: thousandths that a success adds
  double percent = 0;        // share
  std::int64_t least = 0;    // share: retries; deposits: what is there besides, in units
  std::int64_t deposit = 0;  // deposits: units that a first attempt puts in
  std::int64_t price = 1;    // deposits: units of a retry
  Duration ttl;
};

class RetryRules final : public RetryBudget {
 public:
  RetryRules(Simulation& simulation, const RetryRulesPlan& plan);

  void begin(const Request& request) override;
  void end(const Request& request, bool is_retry, Attempt attempt) override;
  [[nodiscard]] bool allow(const Request& request) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  static constexpr std::size_t kSlices = 10;
  struct Slice {
    std::int64_t number = -1;  // since the start
    std::int64_t units = 0;
  };
  struct Budget : Member {
    using Member::Member;
    std::int64_t count = 0;   // throttling
    std::int64_t active = 0;  // attempts under way
    std::array<Slice, kSlices> slices;
  };

  [[nodiscard]] bool has_room(Budget& budget);
  void put(Budget& budget, std::int64_t units);
  [[nodiscard]] std::int64_t balance(const Budget& budget) const;
  [[nodiscard]] std::int64_t slice_number() const;

  const RetryRulesPlan& plan_;
  bool unlimited_;
  MemberArray<Budget> members_;
};

}  // namespace loadstone
