// sim/primitive/bucket.hpp
//
// A token bucket: tokens come in continuously at a rate, up to the burst; a request takes some and goes on. It starts
// full.
//
// Order.  A request that finds its tokens goes on at once, unless others wait: the line is first come, first served,
// and
//         its head goes on at the first whole nanosecond at which its tokens are there (Phase::release). One that asks
//         for more than the burst can never have them and is refused under either policy.
// Exact.  The rate is taken as the simplest fraction that reads as the number given (500/min is 1/120000000 per ns),
// and
//         tokens are counted in units of its denominator: no refill loses anything.
// Levels. `in use` is 1 while the bucket is not full. Its time is tokens taken / rate, so that utilisation is
//         consumption over rate. A relieved bucket lets everybody through and counts tokens / rate when they are taken.
// Not.    Nothing is held: what was taken does not come back.
#pragma once

#include <optional>

#include "sim/engine/member_array.hpp"
#include "sim/engine/resource.hpp"
#include "sim/engine/wait_queue.hpp"

namespace loadstone {

struct BucketPlan : ResourcePlan {
  BucketPlan() {
    capacity = 1;
    refills = true;
  }
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  double rate_per_ns = 0;  // tokens; above 0
  double burst = 1;        // tokens, at most 1e15
  bool delays = false;     // who finds too few waits for them; otherwise is refused
};

class Bucket final : public Resource {
 public:
  Bucket(Simulation& simulation, const BucketPlan& plan);

  // Takes tokens: at once (Progress::next), after a wait (Progress::waits), or not at all (Progress::next with
  // request.error set). REQUIRES: tokens >= 0.
  Progress take(Request& request, double tokens);
  // Takes tokens if they are there (then nothing is returned), whatever the policy. Otherwise the arrival counts as
  // refused, and what is returned is the time until they would be there; kEndOfTime if never.
  [[nodiscard]] std::optional<Duration> try_take(const Request& request, double tokens);

  void leave_line(Request& request) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  struct Tokens : Member {
    explicit Tokens(std::int64_t capacity) : Member(capacity) {}
    Int128 stock = 0;  // units at `at`
    SimTime at;
    SimTime full_at;  // when it will be full, if nobody takes any
    Int128 owed = 0;  // relieved: units taken that are not yet a whole nanosecond of use
    WaitQueue queue;
    EventId grant;  // of the head of the line
  };

  [[nodiscard]] Int128 units(double tokens) const;
  [[nodiscard]] std::int64_t refill_ns(Int128 missing) const;  // rounded up
  void settle(Tokens& tokens) const;
  void spend(Tokens& tokens, Int128 cost);
  void count_grant(Tokens& tokens, SimTime came);
  void remove_from_line(Tokens& tokens, Request& request);
  void serve_line(Tokens& tokens);
  static void on_grant(void* bucket, std::uint64_t tokens);

  const BucketPlan& plan_;
  bool unlimited_;
  std::int64_t refill_ = 1;     // units a nanosecond
  std::int64_t per_token_ = 1;  // units a token
  Int128 burst_ = 0;            // units
  MemberArray<Tokens> members_;
};

// A rate as the simplest fraction that is equal to it up to the last bits of a double. REQUIRES: x > 0.
struct Fraction {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;
};
[[nodiscard]] Fraction simplest_fraction(double x);

}  // namespace loadstone
