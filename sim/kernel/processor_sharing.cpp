#include "sim/kernel/processor_sharing.hpp"

#include <algorithm>

#include "sim/base/check.hpp"

namespace loadstone {

ProcessorSharing::ProcessorSharing(double cores) : cores_(cores) {
  LOADSTONE_CHECK(cores > 0 && cores < 1e6, "cores of a host");
}

std::uint32_t ProcessorSharing::add_class(double cap, double quota, Duration period) {
  LOADSTONE_CHECK(cap > 0 && quota > 0 && period.ns >= 0, "cap, quota and period of a job class");
  const auto added = static_cast<std::uint32_t>(classes_.size());
  CoreClass& c = classes_.emplace_back();
  c.cap = cap;
  c.quota = quota;
  // One less than there may be: nothing hangs on how the divisions in share() round.
  const double most = std::min({cores_, (period.ns > 0 ? cores_ : std::min(quota, cores_)) / cap, 1e9});
  c.unhindered = most < 2 ? 0 : static_cast<std::size_t>(most) - 1;
  c.period = period;
  c.refills_at = now_;
  if (period.ns > 0) {
    periodic_.push_back(added);
  }
  return added;
}

void ProcessorSharing::set_slowness(SimTime now, std::uint32_t job_class, double factor) {
  LOADSTONE_CHECK(factor >= 1, "slowness of a job class");
  move_clocks(now);
  classes_[job_class].slowness = factor;
  share();
}

std::optional<SimTime> ProcessorSharing::next_completion() const {
  std::optional<SimTime> next;
  for (const std::uint32_t i : active_) {
    const CoreClass& c = classes_[i];
    const SimTime at = first_end(c);
    if (!next || at < *next) {
      next = at;
    }
    if (c.period.ns > 0) {
      next = std::min(*next, next_stop_or_start(c));
    }
  }
  return next;
}

UInt128 ProcessorSharing::core_time_of_period(const CoreClass& c) const {
  return static_cast<UInt128>(c.quota * kClockOne) * static_cast<std::uint64_t>(c.period.ns);
}

// When the jobs of a class with a period use up its quota, or may go on.
SimTime ProcessorSharing::next_stop_or_start(const CoreClass& c) const {
  if (c.stopped) {
    return c.refills_at;
  }
  const UInt128 use = static_cast<UInt128>(c.cores) * c.heap.size();
  const auto lasts = [&](UInt128 core_time) {
    return use == 0 ? UInt128{1} << 62 : std::min((core_time + use - 1) / use, UInt128{1} << 62);
  };
  const UInt128 now_left = lasts(c.left);
  if (now_left < static_cast<UInt128>((c.refills_at - now_).ns)) {
    return now_ + Duration{static_cast<std::int64_t>(now_left)};
  }
  const UInt128 whole = lasts(core_time_of_period(c));
  return whole < static_cast<UInt128>(c.period.ns) ? c.refills_at + Duration{static_cast<std::int64_t>(whole)}
                                                   : kEndOfTime;
}

// Of the time since now_, in which nothing changed but the number of the period.
void ProcessorSharing::use_quota(CoreClass& c, SimTime now) const {
  SimTime since = now_;
  if (now >= c.refills_at) {
    since = SimTime{now.ns / c.period.ns * c.period.ns};
    c.refills_at = since + c.period;
    c.left = core_time_of_period(c);
  }
  const UInt128 used = static_cast<UInt128>(c.cores) * c.heap.size() * static_cast<std::uint64_t>((now - since).ns);
  c.left -= std::min(c.left, used);
  c.stopped = c.left == 0;
}

double ProcessorSharing::busy_core_ns(SimTime now) {
  move_clocks(now);
  return static_cast<double>(busy_) / kClockOne;
}

void ProcessorSharing::move_clocks(SimTime now) {
  const auto dt = static_cast<std::uint64_t>(now.ns - now_.ns);
  for (const std::uint32_t i : periodic_) {
    if (dt > 0 || now >= classes_[i].refills_at) {
      use_quota(classes_[i], now);
    }
  }
  if (dt == 0) {
    return;
  }
  for (const std::uint32_t i : active_) {
    CoreClass& c = classes_[i];
    c.clock += static_cast<UInt128>(c.rate) * dt;
    busy_ += static_cast<UInt128>(c.cores) * dt * c.heap.size();
  }
  now_ = now;
}

double ProcessorSharing::limit_of_each(const CoreClass& c) {
  return c.period.ns > 0 ? c.cap : std::min(c.cap, c.quota / static_cast<double>(c.heap.size()));
}

// From now on each job of the class has `rate` cores.
void ProcessorSharing::set_rate(CoreClass& c, double rate, double efficient) {
  c.cores = static_cast<std::uint64_t>(rate * kClockOne);
  c.rate = efficient == 1 && c.slowness == 1 ? c.cores
                                             : static_cast<std::uint64_t>(rate * efficient / c.slowness * kClockOne);
}

void ProcessorSharing::share() {
  if (active_.size() == 1 && !classes_[active_.front()].stopped) {
    CoreClass& c = classes_[active_.front()];
    const bool is_hindered = jobs_ > c.unhindered;
    set_rate(c, is_hindered ? std::min(limit_of_each(c), cores_ / static_cast<double>(jobs_)) : c.cap,
             is_hindered ? efficiency() : 1);
  } else if (!active_.empty()) {
    share_by_limit();
  }
}

// Water-filling: classes from the lowest limit per job upwards; a class below the fair share gets its limit, and
// what it leaves is shared by the rest.
void ProcessorSharing::share_by_limit() {
  by_limit_.clear();
  std::size_t jobs = jobs_;
  bool sorted = true;
  for (const std::uint32_t i : active_) {
    CoreClass& c = classes_[i];
    if (c.stopped) {
      c.cores = 0;
      c.rate = 0;
      jobs -= c.heap.size();
      continue;
    }
    const double limit = limit_of_each(c);
    sorted = sorted && (by_limit_.empty() || by_limit_.back().limit <= limit);
    by_limit_.push_back({limit, i});
  }
  if (!sorted) {
    std::sort(by_limit_.begin(), by_limit_.end(), [](const Limited& a, const Limited& b) {
      return a.limit != b.limit ? a.limit < b.limit : a.job_class < b.job_class;
    });
  }
  const double efficient = efficiency();
  double left = cores_;
  for (const Limited& least : by_limit_) {
    CoreClass& c = classes_[least.job_class];
    const auto n = static_cast<double>(c.heap.size());
    const double rate = std::min(least.limit, left / static_cast<double>(jobs));
    set_rate(c, rate, efficient);
    left = std::max(0.0, left - rate * n);
    jobs -= c.heap.size();
  }
}

double ProcessorSharing::efficiency() const {
  const auto n = static_cast<double>(jobs_);
  const double beyond = n - cores_;
  return beyond <= 0 ? 1 : 1 / (1 + contention_.sigma * beyond + contention_.kappa * n * beyond);
}

}  // namespace loadstone
