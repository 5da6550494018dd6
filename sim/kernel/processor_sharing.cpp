#include "sim/kernel/processor_sharing.hpp"

#include <algorithm>

#include "sim/base/check.hpp"

namespace loadstone {

namespace {
constexpr int kBits = 40;
constexpr double kOne = static_cast<double>(INT64_C(1) << kBits);  // 1.0 in fixed point
// Of a job's work, a thousandth of a nanosecond: what ends on a nanosecond ends there, and not one later, although its
// share of the cores was rounded down.
constexpr UInt128 kSlack = UInt128{1} << (kBits - 10);
}  // namespace

ProcessorSharing::ProcessorSharing(double cores) : cores_(cores) {
  LOADSTONE_CHECK(cores > 0 && cores < 1e6, "cores of a host");
}

std::uint32_t ProcessorSharing::add_class(double cap, double quota, Duration period) {
  LOADSTONE_CHECK(cap > 0 && quota > 0 && period.ns >= 0, "cap, quota and period of a job class");
  const auto added = static_cast<std::uint32_t>(classes_.size());
  Class& c = classes_.emplace_back();
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

ProcessorSharing::Handle ProcessorSharing::start(SimTime now, std::uint32_t job_class, std::int64_t work, Action done) {
  LOADSTONE_CHECK(work >= 0, "work of a job");
  move_clocks(now);
  std::uint32_t slot = free_head_;
  if (slot == kNoSlot) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    free_head_ = slots_[slot].position;
  }
  Class& c = classes_[job_class];
  if (c.heap.empty()) {
    c.clock = 0;  // nobody's finish refers to the old clock
    active_.insert(std::lower_bound(active_.begin(), active_.end(), job_class), job_class);
  }
  slots_[slot].done = done;
  slots_[slot].job_class = job_class;
  const UInt128 whole = static_cast<UInt128>(static_cast<std::uint64_t>(work)) << kBits;
  c.heap.push_back({c.clock + (work > 0 ? whole - kSlack : 0), sequence_++, slot});
  sift(c, c.heap.size() - 1);
  ++jobs_;
  share();
  return {slot, slots_[slot].generation};
}

bool ProcessorSharing::stop(SimTime now, Handle job) {
  if (!is_current(job)) {
    return false;
  }
  if (slots_[job.slot].position != kLeft) {
    move_clocks(now);
    remove(job.slot);
    share();
  }
  free_slot(job.slot);
  return true;
}

std::optional<SimTime> ProcessorSharing::next_completion() const {
  std::optional<SimTime> next;
  for (const std::uint32_t i : active_) {
    const Class& c = classes_[i];
    const UInt128 finish = c.heap.front().finish;
    const UInt128 left = finish > c.clock ? finish - c.clock : 0;
    const UInt128 wait = c.rate == 0 ? UInt128{1} << 62 : (left + c.rate - 1) / c.rate;
    const SimTime at{wait > static_cast<UInt128>(kEndOfTime.ns - now_.ns) ? kEndOfTime.ns
                                                                          : now_.ns + static_cast<std::int64_t>(wait)};
    if (!next || at < *next) {
      next = at;
    }
    if (c.period.ns > 0) {
      next = std::min(*next, next_stop_or_start(c));
    }
  }
  return next;
}

UInt128 ProcessorSharing::core_time_of_period(const Class& c) const {
  return static_cast<UInt128>(c.quota * kOne) * static_cast<std::uint64_t>(c.period.ns);
}

// When the jobs of a class with a period use up its quota, or may go on.
SimTime ProcessorSharing::next_stop_or_start(const Class& c) const {
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
void ProcessorSharing::use_quota(Class& c, SimTime now) const {
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

void ProcessorSharing::advance(SimTime now, std::vector<Completed>& completed) {
  move_clocks(now);
  completed.clear();
  for (std::size_t i = 0; i < active_.size();) {
    Class& c = classes_[active_[i]];
    while (!c.heap.empty() && c.heap.front().finish <= c.clock) {
      const Item first = c.heap.front();
      completed.push_back({{first.slot, slots_[first.slot].generation}, first.sequence});
      remove(first.slot);
    }
    i += c.heap.empty() ? 0 : 1;  // an empty class has left the list
  }
  if (completed.size() > 1) {  // several classes, or several demands attained within one nanosecond
    std::sort(completed.begin(), completed.end(),
              [](const Completed& a, const Completed& b) { return a.sequence < b.sequence; });
  }
  share();
}

std::optional<Action> ProcessorSharing::take(Handle job) {
  if (!is_current(job)) {
    return std::nullopt;
  }
  free_slot(job.slot);
  return slots_[job.slot].done;
}

double ProcessorSharing::busy_core_ns(SimTime now) {
  move_clocks(now);
  return static_cast<double>(busy_) / kOne;
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
    Class& c = classes_[i];
    c.clock += static_cast<UInt128>(c.rate) * dt;
    busy_ += static_cast<UInt128>(c.cores) * dt * c.heap.size();
  }
  now_ = now;
}

double ProcessorSharing::limit_of_each(const Class& c) {
  return c.period.ns > 0 ? c.cap : std::min(c.cap, c.quota / static_cast<double>(c.heap.size()));
}

// From now on each job of the class has `rate` cores.
void ProcessorSharing::set_rate(Class& c, double rate, double efficient) {
  c.cores = static_cast<std::uint64_t>(rate * kOne);
  c.rate =
      efficient == 1 && c.slowness == 1 ? c.cores : static_cast<std::uint64_t>(rate * efficient / c.slowness * kOne);
}

void ProcessorSharing::share() {
  if (active_.size() == 1 && !classes_[active_.front()].stopped) {
    Class& c = classes_[active_.front()];
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
    Class& c = classes_[i];
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
    Class& c = classes_[least.job_class];
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

void ProcessorSharing::remove(std::uint32_t slot) {
  Class& c = classes_[slots_[slot].job_class];
  const std::size_t position = slots_[slot].position;
  const Item last = c.heap.back();
  c.heap.pop_back();
  if (position < c.heap.size()) {
    c.heap[position] = last;
    slots_[last.slot].position = static_cast<std::uint32_t>(position);
    sift(c, position);
  }
  if (c.heap.empty()) {
    active_.erase(std::lower_bound(active_.begin(), active_.end(), slots_[slot].job_class));
  }
  slots_[slot].position = kLeft;
  --jobs_;
}

void ProcessorSharing::free_slot(std::uint32_t slot) {
  std::uint32_t& generation = slots_[slot].generation;
  generation += generation == 0xffffffff ? 2 : 1;  // 0 is no job
  slots_[slot].position = free_head_;
  free_head_ = slot;
}

// Restores the heap around `position`, up or down as needed.
void ProcessorSharing::sift(Class& c, std::size_t position) {
  std::vector<Item>& heap = c.heap;
  const Item item = heap[position];
  const auto put = [&](std::size_t at, const Item& what) {
    heap[at] = what;
    slots_[what.slot].position = static_cast<std::uint32_t>(at);
  };
  while (position > 0 && earlier(item, heap[(position - 1) / 2])) {
    put(position, heap[(position - 1) / 2]);
    position = (position - 1) / 2;
  }
  for (std::size_t child = position * 2 + 1; child < heap.size(); child = position * 2 + 1) {
    if (child + 1 < heap.size() && earlier(heap[child + 1], heap[child])) {
      ++child;
    }
    if (!earlier(heap[child], item)) {
      break;
    }
    put(position, heap[child]);
    position = child;
  }
  put(position, item);
}

}  // namespace loadstone
