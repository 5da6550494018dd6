// usage: event_lists MODELS [ROUNDS]
//
// Records what runs of the models in the folder MODELS do with their event set, from a hundred to a million events
// pending, and replays each trace on four event sets: the FutureEventSet that loadstone uses, and the three that it was
// chosen from. All must let the same events go in the same order: status 1 otherwise.
//
// Prints a line a trace: its name, the events pending at its end, the operations (schedule, cancel, pop) that are timed
// after the set is filled, the nanoseconds that each takes on each set (the least of ROUNDS rounds, 3 unless given, in
// which the sets alternate). Below: for the traces that differ in what is pending only, the last over the first.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <stdexcept>

#include "bench/event_lists/calendar_queue.hpp"
#include "bench/event_lists/heap.hpp"
#include "bench/event_lists/ladder_queue.hpp"
#include "bench/event_lists/trace.hpp"
#include "sim/kernel/future_event_set.hpp"

namespace loadstone::bench {
namespace {

class InUse : public FutureEventSet {
 public:
  static constexpr const char* kName = "in use";

  Popped pop() {
    const EventKey key = next_key();
    return {key.at(), key.phase(), FutureEventSet::pop()};
  }
};

struct Replayed {
  double ns_per_operation = 0;
  std::uint64_t order = 0;  // a hash of which events were popped, and when
};

template <class Set>
class Replay {
 public:
  explicit Replay(const Trace& trace) : trace_(trace), ids_(trace.slots) {}

  Replayed run() {
    using Clock = std::chrono::steady_clock;
    const auto timed_from = trace_.operations.begin() + static_cast<std::ptrdiff_t>(trace_.timed_from);
    std::for_each(trace_.operations.begin(), timed_from, [this](const Operation& done) { apply(done); });
    const auto begin = Clock::now();
    std::for_each(timed_from, trace_.operations.end(), [this](const Operation& done) { apply(done); });
    const double ns = std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
    while (!set_.empty()) {
      pop();
    }
    return {ns / static_cast<double>(trace_.operations.end() - timed_from), order_};
  }

 private:
  void apply(const Operation& operation) {
    if (operation.kind == Operation::kPop) {
      pop();
    } else if (operation.kind == Operation::kCancel) {
      set_.cancel(ids_[operation.slot]);
    } else {
      EventId& id = ids_[operation.slot];  // for the set, the object that the event belongs to
      id = set_.schedule(operation.at, static_cast<Phase>(operation.kind), {nullptr, &id, operation.slot});
    }
  }
  void pop() {
    const auto popped = set_.pop();
    order_ = (order_ ^ static_cast<std::uint64_t>(popped.at.ns) ^ (popped.action.argument << 32)) * 0x9e3779b97f4a7c15U;
  }

  const Trace& trace_;
  Set set_;
  std::vector<EventId> ids_;
  std::uint64_t order_ = 0;
};

using Times = std::array<double, 4>;

template <class... Sets>
Times replay_on(const Trace& trace, int rounds) {
  Times least;
  least.fill(1e99);
  std::uint64_t order = 0;
  for (int round = 0; round < rounds; ++round) {
    std::size_t i = 0;
    const auto note = [&](const Replayed& replayed, const char* name) {
      order = i == 0 && round == 0 ? replayed.order : order;
      if (replayed.order != order) {
        throw std::runtime_error(trace.name + ": the events of the " + name + " left in another order");
      }
      least[i] = std::min(least[i], replayed.ns_per_operation);
      ++i;
    };
    (note(Replay<Sets>(trace).run(), Sets::kName), ...);
  }
  return least;
}

void print(const char* name, const std::string& pending, const std::string& operations, const Times& values,
           const char* format) {
  std::printf("%-10s%11s%12s", name, pending.c_str(), operations.c_str());
  for (const double value : values) {
    std::printf(format, value);
  }
  std::printf("\n");
  std::fflush(stdout);
}

Times replay(const Trace& trace, int rounds) {
  const Times times = replay_on<InUse, Heap, CalendarQueue, LadderQueue>(trace, rounds);
  print(trace.name.c_str(), std::to_string(trace.pending), std::to_string(trace.operations.size() - trace.timed_from),
        times, "%16.1f");
  return times;
}

constexpr std::size_t kTimed = 2'000'000;

// Requests that stay for a while, each with an end pending and a timeout that is cancelled, a thousand a second.
TraceRequest crowd(double pending) {
  const double stay_s = pending / 2 / 1000;
  return {"crowd", "crowd", {{"stay", std::to_string(stay_s) + "s"}}, 5 * stay_s, kTimed};
}

// As many users, of whom nearly all think; they come back 100,000 times a second, however many they are.
TraceRequest users(double pending) {
  return {"users", "users", {{"users", std::to_string(static_cast<int>(pending))}}, pending * 15e-6, kTimed};
}

template <class Family>
void compare_growth(Family family, const std::string& folder, int rounds) {
  std::string name;
  Times first{};
  Times last{};
  for (double pending = 100; pending <= 1e6; pending *= 10) {
    const Trace trace = record(family(pending), folder);
    name = trace.name;
    last = replay(trace, rounds);
    first = pending == 100 ? last : first;
  }
  Times growth{};
  std::transform(last.begin(), last.end(), first.begin(), growth.begin(), std::divides<>());
  print(name.c_str(), "growth", "", growth, "%15.1fx");
}

int compare(const std::string& folder, int rounds) {
  std::printf("%-10s%11s%12s%16s%16s%16s%16s\n", "trace", "pending", "operations", InUse::kName, Heap::kName,
              CalendarQueue::kName, LadderQueue::kName);
  for (const TraceRequest& request : {TraceRequest{"mm1", "mm1", {}, 10, kTimed},
                                      {"mm20", "mm20", {}, 10, kTimed},
                                      {"flow5", "flow5", {}, 10, kTimed},
                                      {"services", "services", {}, 1, kTimed}}) {
    replay(record(request, folder), rounds);
  }
  compare_growth(crowd, folder, rounds);
  compare_growth(users, folder, rounds);
  return 0;
}

}  // namespace
}  // namespace loadstone::bench

int main(int argc, char** argv) {
  const int rounds = argc == 3 ? std::atoi(argv[2]) : 3;
  if (argc < 2 || argc > 3 || rounds < 1) {
    std::fprintf(stderr, "usage: event_lists MODELS [ROUNDS]\n");
    return 2;
  }
  try {
    return loadstone::bench::compare(argv[1], rounds);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "event_lists: %s\n", error.what());
    return 1;
  }
}
