#include "sim/primitive/bucket.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/base/check.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

// Convergents of the continued fraction of x, which is a ratio of integers itself, until one is as near as x can be to
// what was written.
Fraction simplest_fraction(double x) {
  constexpr double kSmallest = 1e-17;  // once in three years
  constexpr double kLargest = 1e6;
  constexpr double kLastBits = 0x1p-50;  // lost on the way from a text
  constexpr Int128 kLargestTerm = Int128{1} << 62;
  x = std::clamp(x, kSmallest, kLargest);
  int exponent = 0;
  const double mantissa = std::frexp(x, &exponent);  // x = mantissa * 2^exponent
  auto above = static_cast<Int128>(std::ldexp(mantissa, 53));
  Int128 below = 1;
  (exponent >= 53 ? above : below) <<= std::abs(53 - exponent);
  Int128 p = 1;
  Int128 q = 0;
  Int128 previous_p = 0;
  Int128 previous_q = 1;
  while (below != 0) {
    const Int128 term = above / below;
    const Int128 next_p = term * p + previous_p;
    const Int128 next_q = term * q + previous_q;
    if (next_p > kLargestTerm || next_q > kLargestTerm) {
      break;
    }
    previous_p = std::exchange(p, next_p);
    previous_q = std::exchange(q, next_q);
    if (std::abs(to_double(p) / to_double(q) - x) <= x * kLastBits) {
      break;
    }
    above = std::exchange(below, above % below);
  }
  return {static_cast<std::int64_t>(p), static_cast<std::int64_t>(q)};
}

std::unique_ptr<Resource> BucketPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<Bucket>(simulation, *this);
}

Bucket::Bucket(Simulation& simulation, const BucketPlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      unlimited_(simulation.is_relieved(plan.name)),
      members_(plan.member_attributes, [this](const Request* first) {
        auto tokens = std::make_unique<Tokens>(unlimited_ ? kUnlimitedUnits : 1);
        tokens->stock = units(plan_.burst);
        tokens->label = member_label(simulation_, plan_, first);
        return tokens;
      }) {
  LOADSTONE_CHECK(plan.rate_per_ns > 0 && plan.burst >= 0 && plan.burst <= 1e15, "rate and burst of " + plan.name);
  const Fraction rate = simplest_fraction(plan.rate_per_ns);
  refill_ = rate.numerator;
  per_token_ = rate.denominator;
  burst_ = units(plan.burst);
  for (const auto& tokens : members_.all()) {
    tokens->stock = burst_;  // made before the units were known
  }
}

// Whole tokens exactly, whatever the fraction.
Int128 Bucket::units(double tokens) const {
  constexpr double kMost = 1e18;
  tokens = std::min(tokens, kMost);
  const double whole = std::floor(tokens);
  return static_cast<Int128>(whole) * per_token_ +
         static_cast<Int128>((tokens - whole) * static_cast<double>(per_token_) + 0.5);
}

std::int64_t Bucket::refill_ns(Int128 missing) const {
  const Int128 ns = (missing + refill_ - 1) / refill_;
  return static_cast<std::int64_t>(std::min<Int128>(ns, kEndOfTime.ns));
}

// The head of a line took its tokens when they were there, a fraction of a nanosecond before it goes on: what has come
// in since is not lost at the brim.
void Bucket::settle(Tokens& tokens) const {
  const SimTime now = simulation_.now();
  tokens.stock += static_cast<Int128>((now - tokens.at).ns) * refill_;
  tokens.stock = tokens.queue.empty() ? std::min(burst_, tokens.stock) : tokens.stock;
  tokens.at = now;
  if (!unlimited_ && tokens.level.in_use() > 0 && tokens.full_at <= now) {
    tokens.level.use(tokens.full_at, -1);
  }
}

// REQUIRES: settled at this instant.
void Bucket::spend(Tokens& tokens, Int128 cost) {
  const SimTime now = simulation_.now();
  if (unlimited_) {
    tokens.owed += cost;
    const Int128 used = std::min<Int128>(tokens.owed / refill_, kEndOfTime.ns);
    tokens.owed %= refill_;
    tokens.level.use(now - Duration{static_cast<std::int64_t>(used)}, 1);
    tokens.level.use(now, -1);
    return;
  }
  tokens.stock -= cost;
  tokens.full_at = now + std::min(kEndOfTime - now, Duration{refill_ns(burst_ - tokens.stock)});
  if (tokens.level.in_use() == 0 && tokens.full_at > now) {
    tokens.level.use(now, 1);
  }
}

void Bucket::count_grant(Tokens& tokens, SimTime came) {
  const std::int64_t waited = (simulation_.now() - came).ns;
  ++tokens.level.granted;
  ++tokens.level.completed;
  tokens.level.waited += waited > 0 ? 1 : 0;
  if (simulation_.is_sampled(came)) {
    simulation_.meter(row_).wait.record(waited);
  }
}

std::optional<Duration> Bucket::try_take(const Request& request, double amount) {
  Tokens& tokens = members_.of(request);
  ++tokens.level.arrivals;
  settle(tokens);
  const Int128 cost = units(amount);
  if (unlimited_ || (tokens.queue.empty() && tokens.stock >= cost)) {
    spend(tokens, cost);
    count_grant(tokens, simulation_.now());
    return std::nullopt;
  }
  ++tokens.level.refused;
  return Duration{cost > burst_ ? kEndOfTime.ns : refill_ns(std::max<Int128>(1, cost - tokens.stock))};
}

Progress Bucket::take(Request& request, double amount) {
  Tokens& tokens = members_.of(request);
  const Int128 cost = units(amount);
  if (!plan_.delays || unlimited_ || cost > burst_) {
    request.error = try_take(request, amount) ? plan_.refused : kNoError;
    return Progress::next;
  }
  ++tokens.level.arrivals;
  settle(tokens);
  if (tokens.queue.empty() && tokens.stock >= cost) {
    spend(tokens, cost);
    count_grant(tokens, simulation_.now());
    return Progress::next;
  }
  Wait& wait = request.wait;
  wait.at = this;
  wait.member = &tokens;
  wait.since = simulation_.now();
  wait.amount = 1;
  wait.rank = amount;  // the line is first come, first served: its rank is free
  wait.patience = {};
  tokens.level.enter_line(simulation_.now());
  tokens.queue.push(request);
  simulation_.doing(request, Doing::waiting, row_);
  if (tokens.queue.size() == 1) {
    serve_line(tokens);
  }
  return Progress::waits;
}

void Bucket::remove_from_line(Tokens& tokens, Request& request) {
  tokens.queue.remove(request);
  end_wait(request);
}

void Bucket::leave_line(Request& request) {
  Tokens& tokens = static_cast<Tokens&>(*request.wait.member);
  const bool was_head = &tokens.queue.front() == &request;
  ++tokens.level.timed_out;
  remove_from_line(tokens, request);
  if (was_head) {
    serve_line(tokens);  // the next may want fewer
  }
}

// Gives the head its tokens as long as they last, and comes back when there are enough for the next.
void Bucket::serve_line(Tokens& tokens) {
  if (tokens.grant.is_set()) {
    simulation_.kernel().cancel(tokens.grant);
    tokens.grant = {};
  }
  settle(tokens);
  while (!tokens.queue.empty()) {
    Request& head = tokens.queue.front();
    const Int128 cost = units(head.wait.rank);
    if (tokens.stock < cost) {
      const Duration left = kEndOfTime - simulation_.now();
      tokens.grant = simulation_.kernel().schedule(
          simulation_.now() + std::min(left, Duration{refill_ns(cost - tokens.stock)}), Phase::release,
          {&Bucket::on_grant, this, reinterpret_cast<std::uint64_t>(&tokens)});
      return;
    }
    remove_from_line(tokens, head);
    spend(tokens, cost);
    count_grant(tokens, head.wait.since);
    simulation_.wake(head, Phase::release);
  }
}

void Bucket::on_grant(void* self, std::uint64_t who) {
  Tokens& tokens = *reinterpret_cast<Tokens*>(who);
  tokens.grant = {};
  static_cast<Bucket*>(self)->serve_line(tokens);
}

void Bucket::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& tokens : members_.all()) {
    settle(*tokens);  // the end of its use may have passed unnoticed
    visit(*tokens);
  }
}

}  // namespace loadstone
