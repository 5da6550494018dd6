#include "src/simgrid/fluid_host.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/check.hpp"

namespace loadstone::simgrid_engine {

namespace {

constexpr double kLeast = 1.0 / 1024;  // core-nanoseconds that SimGrid is given
constexpr double kForLong = 1e6;       // longer than the rest of a nanosecond
constexpr double kUsedUp = 1e-3;       // core-nanoseconds of a quota that are none

// In core-nanoseconds: several steps of the clock.
double early() {
  return std::max(1.0 / 1024, 8e9 * Platform::now() * std::numeric_limits<double>::epsilon());
}

}  // namespace

std::uint32_t FluidHost::add_class(SimTime now, double cap, double quota, Duration period) {
  LOADSTONE_CHECK(cap > 0 && quota > 0 && period.ns >= 0, "cap, quota and period of a job class");
  Class& c = classes_.emplace_back();
  c.cap = cap;
  c.quota = quota;
  c.period = period;
  c.refills_at = now;
  c.terms = terms_of(c);
  return static_cast<std::uint32_t>(classes_.size() - 1);
}

void FluidHost::set_slowness(SimTime now, std::uint32_t job_class, double factor) {
  LOADSTONE_CHECK(factor >= 1, "slowness of a job class");
  account(now);
  classes_[job_class].slowness = factor;
  retune();
}

std::uint32_t FluidHost::take_slot(std::uint32_t job_class, Action done) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  slots_[slot].done = done;
  slots_[slot].job_class = job_class;
  slots_[slot].order = order_++;
  slots_[slot].is_attained = false;
  return slot;
}

void FluidHost::free_slot(std::uint32_t slot) {
  std::uint32_t& generation = slots_[slot].generation;
  generation += generation == 0xffffffff ? 2 : 1;  // 0 is no job
  free_.push_back(slot);
}

const Place& FluidHost::place_of(std::uint32_t /*job_class*/) {
  if (place_.host == nullptr) {
    double most = 0;
    for (const Class& c : classes_) {
      most = std::max(most, c.cap);
    }
    place_ = kind_ == Kind::link ? platform_.add_link(cores_) : platform_.add_host(cores_, most);
  }
  return place_;
}

FluidHost::Started FluidHost::start(SimTime now, std::uint32_t job_class, std::int64_t work, Action done) {
  account(now);
  const std::uint32_t slot = take_slot(job_class, done);
  slots_[slot].left = static_cast<double>(work);
  slots_[slot].due = now + Duration{static_cast<std::int64_t>(
                               std::ceil(static_cast<double>(work) / std::min(classes_[job_class].cap, cores_)))};
  slots_[slot].is_member = true;
  classes_[job_class].members.push_back(slot);
  ++jobs_;
  retune();
  if (slots_[slot].activity == nullptr && !classes_[job_class].terms.stopped) {
    begin(slot);
  }
  return {slot, slots_[slot].generation};
}

FluidHost::Started FluidHost::start_empty(std::uint32_t job_class, Action done) {
  const std::uint32_t slot = take_slot(job_class, done);
  return {slot, slots_[slot].generation};
}

bool FluidHost::stop(SimTime now, std::uint32_t slot, std::uint32_t generation) {
  if (slot >= slots_.size() || slots_[slot].generation != generation) {
    return false;
  }
  if (slots_[slot].is_member) {
    account(now);
    suspend(slot);
    remove(slot);
    retune();
  }
  free_slot(slot);
  return true;
}

void FluidHost::attained(std::uint32_t slot, SimTime at) {
  Job& job = slots_[slot];
  job.activity.reset();
  job.left = 0;
  job.is_attained = true;
  if (job.is_member && is_short()) {
    job.activity = platform_.start(place_of(job.job_class), kForLong, job.terms.bound, Platform::kNobody);
  }
  attained_[at.ns].push_back({slot, slots_[slot].generation});
}

std::vector<FluidHost::Started> FluidHost::leave(SimTime now) {
  std::vector<Started> left;
  account(now);
  while (!attained_.empty() && attained_.begin()->first <= now.ns) {
    for (const Started& job : attained_.begin()->second) {
      if (slots_[job.slot].generation == job.generation) {
        left.push_back(job);
      }
    }
    attained_.erase(attained_.begin());
  }
  for (const Started& job : left) {
    if (slots_[job.slot].is_member) {
      suspend(job.slot);
      remove(job.slot);
    }
  }
  std::sort(left.begin(), left.end(),
            [this](const Started& a, const Started& b) { return slots_[a.slot].order < slots_[b.slot].order; });
  retune();
  return left;
}

Action FluidHost::take(Started job) {
  if (slots_[job.slot].generation != job.generation) {
    return {};
  }
  free_slot(job.slot);
  return slots_[job.slot].done;
}

void FluidHost::begin(std::uint32_t slot) {
  Job& job = slots_[slot];
  job.terms = classes_[job.job_class].terms;
  job.early = place_of(job.job_class).is_passage() ? 0 : early() * std::max(1.0, job.terms.bound);
  const double work = std::max(kLeast, job.left * job.terms.factor - job.early);
  const std::uint64_t who = (static_cast<std::uint64_t>(index_) + 1) << 32 | slot;
  job.activity = platform_.start(place_of(job.job_class), work, job.terms.bound, who);
}

// Off SimGrid; `left` is what it has still to do.
void FluidHost::suspend(std::uint32_t slot) {
  Job& job = slots_[slot];
  if (job.activity == nullptr) {
    return;
  }
  job.left = (platform_.cancel(place_of(job.job_class), job.activity) + job.early) / job.terms.factor;
  job.activity.reset();
}

void FluidHost::remove(std::uint32_t slot) {
  Job& job = slots_[slot];
  std::erase(classes_[job.job_class].members, slot);
  job.is_member = false;
  --jobs_;
}

double FluidHost::bound_of(const Class& c) const {
  const bool is_split = c.period.ns == 0 && c.quota < cores_ && !c.members.empty();
  const double bound = is_split ? std::min(c.cap, c.quota / static_cast<double>(c.members.size())) : c.cap;
  return std::min(bound, cores_);
}

FluidHost::Terms FluidHost::terms_of(const Class& c) const {
  const auto n = static_cast<double>(jobs_);
  const double beyond = n - cores_;
  const double loss = beyond <= 0 ? 0 : contention_.sigma * beyond + contention_.kappa * n * beyond;
  return {bound_of(c), c.slowness * (1 + loss), c.used_up};
}

// Whose terms have changed begins again under the new ones.
void FluidHost::retune() {
  for (Class& c : classes_) {
    const Terms terms = terms_of(c);
    if (terms == c.terms) {
      continue;
    }
    c.terms = terms;
    for (const std::uint32_t slot : c.members) {
      if (slots_[slot].is_attained) {
        continue;
      }
      suspend(slot);
      if (!terms.stopped) {
        begin(slot);
      }
    }
  }
}

// What max-min gives to those that have no lower bound.
double FluidHost::fair_share() const {
  std::vector<std::pair<double, double>> bounds;  // and how many have it
  for (const Class& c : classes_) {
    if (!c.terms.stopped && !c.members.empty()) {
      bounds.emplace_back(c.terms.bound, static_cast<double>(c.members.size()));
    }
  }
  std::sort(bounds.begin(), bounds.end());
  double left = cores_;
  double jobs = 0;
  for (const auto& [bound, n] : bounds) {
    jobs += n;
  }
  for (const auto& [bound, n] : bounds) {
    if (bound * jobs >= left) {
      return left / jobs;
    }
    left -= bound * n;
    jobs -= n;
  }
  return cores_;
}

// By all jobs, if each had its bound.
double FluidHost::wanted() const {
  double cores = 0;
  for (const Class& c : classes_) {
    cores += c.terms.stopped ? 0 : c.terms.bound * static_cast<double>(c.members.size());
  }
  return cores;
}

void FluidHost::account(SimTime now) {
  const auto dt = static_cast<double>((now - accounted_).ns);
  busy_ += std::min(cores_, wanted()) * dt;
  if (std::any_of(classes_.begin(), classes_.end(), [](const Class& c) { return c.period.ns > 0; })) {
    const double share = fair_share();
    for (Class& c : classes_) {
      if (c.period.ns > 0) {
        use_quota(c, now, c.terms.stopped ? 0 : std::min(c.terms.bound, share));
      }
    }
  }
  accounted_ = now;
}

void FluidHost::use_quota(Class& c, SimTime now, double rate) const {
  SimTime since = accounted_;
  if (now >= c.refills_at) {
    since = SimTime{now.ns / c.period.ns * c.period.ns};
    c.refills_at = since + c.period;
    c.left = c.quota * static_cast<double>(c.period.ns);
  }
  c.left -= rate * static_cast<double>(c.members.size()) * static_cast<double>((now - since).ns);
  c.used_up = c.left <= kUsedUp;
}

bool FluidHost::is_hindering() const {
  return wanted() > cores_ || std::any_of(classes_.begin(), classes_.end(), [this](const Class& c) {
           return c.terms != Terms{std::min(c.cap, cores_), 1, false} && !c.members.empty();
         });
}

std::optional<SimTime> FluidHost::certain_end() {
  if (is_hindering()) {
    hindered_before_ = order_;
    return std::nullopt;
  }
  SimTime first = kEndOfTime;
  for (const Class& c : classes_) {
    for (const std::uint32_t slot : c.members) {
      if (slots_[slot].order < hindered_before_) {
        return std::nullopt;
      }
      first = std::min(first, slots_[slot].due);
    }
  }
  return first;
}

SimTime FluidHost::next_turn(SimTime now) {
  SimTime next = kEndOfTime;
  for (const Class& c : classes_) {
    if (c.period.ns == 0 || c.members.empty()) {
      continue;
    }
    if (c.terms.stopped) {
      next = std::min(next, c.refills_at);
      continue;
    }
    const double use = std::min(c.terms.bound, fair_share()) * static_cast<double>(c.members.size());
    const double lasts = std::ceil(c.left / use);
    next = std::min(next, lasts < static_cast<double>((c.refills_at - now).ns)
                              ? now + Duration{static_cast<std::int64_t>(lasts)}
                              : c.refills_at);
  }
  return next;
}

void FluidHost::turn(SimTime now) {
  account(now);
  retune();
}

double FluidHost::busy_core_ns(SimTime now) {
  account(now);
  return busy_;
}

}  // namespace loadstone::simgrid_engine
