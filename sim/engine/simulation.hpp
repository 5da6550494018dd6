// sim/engine/simulation.hpp
//
// One replication under way: the model brought to life on a kernel. It owns the requests, knows what each is doing,
// and is what operations, resources and sources talk to.
//
// Owns.  Requests and their frames, resources, sources, statistics. Not the model and not the kernel.
// Order. Every wake-up goes through the kernel's event set; nothing resumes a request from inside another one.
// Not.   It draws no conclusions: Observations are what it leaves behind.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/sim_time.hpp"
#include "sim/engine/model.hpp"
#include "sim/engine/request.hpp"
#include "sim/engine/run_settings.hpp"
#include "sim/engine/runaway.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/observe/observations.hpp"
#include "sim/random/distribution.hpp"

namespace loadstone {

class FlowWatch;
class Outages;

// Rounded to the nearest nanosecond, at most 2^62. REQUIRES: ns >= 0.
[[nodiscard]] constexpr Duration whole_ns(double ns) {
  return {ns < static_cast<double>(kEndOfTime.ns) ? static_cast<std::int64_t>(ns + 0.5) : kEndOfTime.ns};
}

class Simulation {
 public:
  Simulation(const Model& model, const RunSettings& settings, Kernel& kernel);
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  ~Simulation();

  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] const RunSettings& settings() const { return settings_; }
  [[nodiscard]] Kernel& kernel() { return kernel_; }
  [[nodiscard]] SimTime now() const { return kernel_.now(); }
  // Of everything random that belongs to `name` in this replication.
  [[nodiscard]] Key key_of(std::string_view name) const { return combine(key_, hash_text(name)); }
  [[nodiscard]] bool is_relieved(const std::string& resource) const;

  template <class R>
  [[nodiscard]] R& resource(ResourceIndex index) {
    return static_cast<R&>(*resources_[index]);
  }

  // --- requests -----------------------------------------------------------------------------------------------
  struct Arrival {
    FlowId flow = 0;
    Key key = 0;
    std::uint64_t number = 0;
    const std::vector<double>* attributes = nullptr;
    Ending ending;
  };
  // Runs it up to its first wait. REQUIRES of this and of resume(): called from an event, not inside a request.
  void start(const Arrival& arrival);
  // The same for a request that enters elsewhere than its flow does (a worker's job): it is suspended before `entry`,
  // and the caller wakes it. May be called from inside a request.
  Request& admit(const Arrival& arrival, const Op* entry);
  // A request that another one starts and does not wait for; it begins later at this instant.
  void spawn(FlowId flow, Key key, const Op* entry, const Request& parent);
  // Requests that their source could not start.
  void drop(FlowId flow, std::uint64_t count = 1);
  // A request for another one's use (a branch, a spawned flow), suspended before `pc`; started by wake().
  Request& create(FlowId flow, Key key, const Op* pc, const std::vector<double>& attributes);
  // Records the end and recycles the request. Called by the interpreter.
  void finish(Request& request);
  // Records the end of a request that cannot be stopped (with request.error); it goes on as an orphan.
  void abandon(Request& request);
  [[nodiscard]] std::uint64_t in_flight() const { return in_flight_; }
  [[nodiscard]] std::uint64_t sampled_in_flight() const { return sampled_in_flight_; }
  [[nodiscard]] Request* first_in_flight() const { return first_; }
  [[nodiscard]] bool is_sampled(SimTime arrived) const {
    return arrived >= settings_.measure_from && arrived < settings_.measure_until;
  }

  // --- waiting ------------------------------------------------------------------------------------------------
  // What the request does from now on, for the hold breakdowns.
  [[gnu::always_inline]] void doing(Request& request, Doing doing, RowId on) {
    if (request.doing != doing || request.doing_on != on) {
      if (is_observed(request)) {
        note_doing(request);
      }
      request.doing_since = now();
      request.doing = doing;
      request.doing_on = on;
    }
  }
  // Tells its holds, and those of its whole tree, what it did up to now: before its holds or its branches change.
  void settle(Request& request) {
    if (is_observed(request)) {
      note_doing(request);
      tell_holds(request);
    }
    request.doing_since = now();
  }
  void resume(Request& request);
  // Of the request that was resumed last: who spins, if time stands still.
  [[nodiscard]] FlowId last_resumed() const { return last_resumed_; }
  void wake(Request& request, Phase phase) { wake_at(request, now(), phase); }
  void wake_at(Request& request, SimTime at, Phase phase);
  [[nodiscard]] static Action resuming(Request& request);

  void add_hold(Request& request, const Hold& hold) { add_hold(request, hold.at, hold.member, hold.amount, hold.unit); }
  // Accounts for the end of a hold and gives its units back, whoever held it.
  void end_hold(const Hold& hold);
  // Accounts for `amount` units that were held, or served, from `since` until now.
  void count_hold(RowId row, SimTime since, std::int64_t amount = 1);
  // The index of the innermost hold of that resource; -1 if there is none.
  [[nodiscard]] static std::ptrdiff_t find_hold(const Request& request, ResourceIndex row);
  // Gives back what was taken last of that resource. REQUIRES: something is held.
  void release_last(Request& request, ResourceIndex row);
  void release_hold(Request& request, std::size_t index);
  // Gives back what was taken inside scopes deeper than `depth`, last taken first.
  void release_deeper(Request& request, std::size_t depth);

  // --- drawing ------------------------------------------------------------------------------------------------
  [[nodiscard, gnu::always_inline]] double sample(const Distribution& law, const Request& request, Key site) const {
    return settings_.expected_values ? law.mean() : law.sample(draw_of(request.draws, site, 0));
  }

  // --- observations -------------------------------------------------------------------------------------------
  [[nodiscard]] Meter& meter(RowId row) { return meters_[row]; }
  [[nodiscard]] FlowStats& flow_stats(FlowId flow) { return flows_[flow]; }
  void count_mark(std::uint32_t mark) { ++marks_[mark]; }
  // Paid for the request: counts if it arrived in the measured window.
  void spend(const Request& request, Int128 nano_usd) { spent_nano_usd_ += request.sampled ? nano_usd : 0; }
  [[nodiscard]] Int128 spent_nano_usd() const { return spent_nano_usd_; }
  [[nodiscard]] std::uint64_t entered() const { return entered_; }
  [[nodiscard]] std::uint64_t entered_completed() const { return entered_completed_; }
  [[nodiscard]] const std::vector<std::uint64_t>& marks() const { return marks_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Resource>>& resources() const { return resources_; }
  // REQUIRES: the model has faults.
  [[nodiscard]] Outages& outages() { return *outages_; }
  [[nodiscard]] FlowWatch* watch() { return watch_.get(); }
  [[nodiscard]] std::vector<RequestEnd>& ends() { return ends_; }

  // Accounts for what all in flight did up to now: before the breakdowns are read.
  void settle_all();
  // Records the totals of every row and flow: an edge between two blocks of the run.
  void mark_edge();
  // Ends the run (Kernel::finish) as soon as no sampled request is inside.
  void finish_when_drained() { draining_ = true; }
  void start_sources();
  // Throws CheckFailure if a conservation law does not hold to the last nanosecond.
  void check_conservation() const;

 private:
  void record_end(const Request& request);
  // Whether there is a hold to be told what it does.
  [[nodiscard]] static bool is_observed(const Request& request) {
    return !request.holds.empty() || is_in_tree(request);
  }
  [[nodiscard]] static bool is_in_tree(const Request& request) {
    return request.parent != nullptr || request.first_branch != nullptr;
  }
  // In registers: a Hold that was just filled in is not ready to be copied as a whole.
  void add_hold(Request& request, Resource* at, Member* member, std::int64_t amount, std::int64_t unit);
  void note_doing(Request& request);
  void settle_tree(Request& request);
  void tell_holds(Request& request);
  Request& take();
  void add_requests();
  void put_back(Request& request);

  const Model& model_;
  RunSettings settings_;
  Kernel& kernel_;
  Key key_;
  std::vector<std::unique_ptr<Request[]>> pool_;
  Request* free_ = nullptr;  // linked by next_in_flight
  std::vector<std::unique_ptr<Resource>> resources_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<Meter> meters_;
  std::vector<FlowStats> flows_;
  std::vector<const Op*> entries_;  // of flows, behind the jump that leads there
  std::vector<std::uint64_t> marks_;
  std::unique_ptr<Outages> outages_;
  std::unique_ptr<FlowWatch> watch_;
  std::vector<RequestEnd> ends_;
  Int128 spent_nano_usd_ = 0;
  Request* first_ = nullptr;  // of all in flight, latest first
  std::uint64_t in_flight_ = 0;
  std::uint64_t sampled_in_flight_ = 0;
  bool draining_ = false;
  std::uint64_t entered_ = 0;  // sampled arrivals of sources
  FlowId last_resumed_ = 0;
  std::uint64_t entered_completed_ = 0;  // requests of sources that completed inside the window
};

}  // namespace loadstone
