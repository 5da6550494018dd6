// sim/kernel/clocked_jobs.hpp
//
// Jobs in classes, all jobs of a class running at the same rate (class_clock.hpp): they come, leave when their demand
// is attained, or are stopped. Whoever says how fast a class runs is built on this: ProcessorSharing and Network.
//
// Order. All jobs whose demand is attained leave together, as they came; one of them can still be stopped by those
//        before it, until take() hands out its action.
// Exact. Virtual time is fixed point (2^-40 ns); rates are rounded down and completions up to the next nanosecond, with
//        a thousandth of one to spare for what the rates lost. None is rescheduled at dt = 0.
// Cost.  O(log n) for an arrival or a completion, and what it costs to find the rates. There can be thousands, each
//        cold when its next event comes: what every event touches comes first, here and in a class.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/kernel/class_clock.hpp"
#include "sim/kernel/event.hpp"

namespace loadstone {

struct JobHandle {
  std::uint32_t slot, generation;
};
struct CompletedJob {
  JobHandle job;
  std::uint64_t sequence;  // of its arrival
};

// `Class` is a ClassClock and what sets its rate. `Sharing` is who is built on this: its move_clocks(now) moves the
// clocks to an instant, and its share() finds the rates of the jobs that there are.
template <class Sharing, class Class>
class ClockedJobs {
 public:
  JobHandle start(SimTime now, std::uint32_t job_class, std::int64_t work, Action done);
  // True if the job's action has not been taken and now never will be.
  bool stop(SimTime now, JobHandle job) {
    if (!is_current(job)) {
      return false;
    }
    if (slots_[job.slot].position != kLeft) {
      self().move_clocks(now);
      remove(job.slot);
      self().share();
    }
    free_slot(job.slot);
    return true;
  }
  // Moves the clocks to `now` and sets `completed` to the jobs that are done, in order of arrival.
  void advance(SimTime now, std::vector<CompletedJob>& completed);
  [[nodiscard]] std::size_t jobs() const { return jobs_; }
  // The action of a job that has left, once; nothing if it was stopped since.
  std::optional<Action> take(JobHandle job) {
    if (!is_current(job)) {
      return std::nullopt;
    }
    free_slot(job.slot);
    return slots_[job.slot].done;
  }

 protected:
  // When the first of a class ends, if its rate stays what it is. REQUIRES: it has jobs.
  [[nodiscard]] SimTime first_end(const Class& c) const {
    const UInt128 finish = c.heap.front().finish;
    const UInt128 left = finish > c.clock ? finish - c.clock : 0;
    const UInt128 wait = c.rate == 0 ? UInt128{1} << 62 : (left + c.rate - 1) / c.rate;
    const auto most = static_cast<UInt128>(kEndOfTime.ns - now_.ns);
    return wait > most ? kEndOfTime : now_ + Duration{static_cast<std::int64_t>(wait)};
  }
  SimTime now_;  // of the clocks
  std::size_t jobs_ = 0;
  std::uint64_t sequence_ = 0;
  std::vector<Class> classes_;
  std::vector<std::uint32_t> active_;  // classes with jobs, ascending

 private:
  struct Job {
    Action done;
    std::uint32_t job_class = 0;
    std::uint32_t position = 0;  // in the heap of its class; kLeft once its demand is attained; next free slot
    std::uint32_t generation = 1;
  };
  using Item = ClassClock::Item;
  static constexpr std::uint32_t kLeft = 0xffffffff;
  static constexpr std::uint32_t kNoSlot = 0xffffffff;
  // Of a job's work: what ends on a nanosecond ends there, and not one later, although its rate was rounded down.
  static constexpr UInt128 kSlack = UInt128{1} << (kClockBits - 10);

  [[nodiscard]] Sharing& self() { return static_cast<Sharing&>(*this); }
  [[nodiscard]] bool is_current(JobHandle job) const {
    return job.slot < slots_.size() && slots_[job.slot].generation == job.generation;
  }
  void remove(std::uint32_t slot);
  void free_slot(std::uint32_t slot) {
    std::uint32_t& generation = slots_[slot].generation;
    generation += generation == 0xffffffff ? 2 : 1;  // 0 is no job
    slots_[slot].position = free_head_;
    free_head_ = slot;
  }
  void sift(Class& c, std::size_t position);
  static bool earlier(const Item& a, const Item& b) {
    return a.finish != b.finish ? a.finish < b.finish : a.sequence < b.sequence;
  }

  std::vector<Job> slots_;
  std::uint32_t free_head_ = kNoSlot;
};
template <class Sharing, class Class>
JobHandle ClockedJobs<Sharing, Class>::start(SimTime now, std::uint32_t job_class, std::int64_t work, Action done) {
  self().move_clocks(now);
  LOADSTONE_CHECK(work >= 0, "work of a job");
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
  const UInt128 whole = static_cast<UInt128>(static_cast<std::uint64_t>(work)) << kClockBits;
  c.heap.push_back({c.clock + (work > 0 ? whole - kSlack : 0), sequence_++, slot});
  sift(c, c.heap.size() - 1);
  ++jobs_;
  self().share();
  return {slot, slots_[slot].generation};
}

template <class Sharing, class Class>
void ClockedJobs<Sharing, Class>::remove(std::uint32_t slot) {
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

template <class Sharing, class Class>
void ClockedJobs<Sharing, Class>::advance(SimTime now, std::vector<CompletedJob>& completed) {
  self().move_clocks(now);
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
    std::sort(completed.begin(), completed.end(), [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  }
  self().share();
}

// Restores the heap around `position`, up or down as needed.
template <class Sharing, class Class>
void ClockedJobs<Sharing, Class>::sift(Class& c, std::size_t position) {
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
