#include "sim/run/replication.hpp"

#include <algorithm>

#include "sim/kernel/native_kernel.hpp"
#include "sim/run/deadlock.hpp"

namespace loadstone {

namespace {

// Of many members some are busy all the time by chance, if few requests come to each.
constexpr std::uint64_t kEnoughArrivals = 50;

class Run {
 public:
  Run(Kernel& kernel, const Model& model, const RunSettings& settings, const Horizon& horizon)
      : horizon_(horizon), kernel_(kernel), simulation_(model, settings, kernel) {}

  Observations run() {
    Observations observed;
    try {
      schedule_edges();
      simulation_.start_sources();
      kernel_.run(simulation_.settings().measure_until);
      drain();
    } catch (const RunawayError& error) {
      observed.stopped = error.what();
    } catch (const SpinningError& error) {
      observed.stopped = std::string(error.what()) + "; the last was of flow '" +
                         simulation_.model().flows[simulation_.last_resumed()].name + "'";
    }
    if (observed.stopped.empty() && !given_up_) {
      observed.stopped = find_deadlock(simulation_);
    }
    observed.given_up = given_up_;
    while (edges_ <= horizon_.blocks) {
      mark_edge();  // the run ended early: nothing changed since
    }
    simulation_.check_conservation();
    simulation_.settle_all();
    collect(observed);
    return observed;
  }

 private:
  void schedule_edges() {
    const SimTime from = simulation_.settings().measure_from;
    const std::int64_t length = (simulation_.settings().measure_until - from).ns;
    std::size_t first = 0;
    if (from == SimTime{}) {
      mark_edge();  // a window from the start has in it what comes at the very start
      first = 1;
    }
    for (std::size_t i = first; i <= horizon_.blocks; ++i) {
      const auto offset = static_cast<Int128>(length) * static_cast<Int128>(i) / static_cast<Int128>(horizon_.blocks);
      kernel_.schedule(from + Duration{static_cast<std::int64_t>(offset)}, Phase::observe,
                       {[](void* self, std::uint64_t) { static_cast<Run*>(self)->mark_edge(); }, this, 0});
    }
  }

  void mark_edge() {
    simulation_.mark_edge();
    if (edges_ == 0) {
      note_members();
    }
    if (edges_ == horizon_.blocks) {
      for (const auto& resource : simulation_.resources()) {
        resources_.push_back(members_of(*resource));
      }
    }
    ++edges_;
    const RunSettings& settings = simulation_.settings();
    if (settings.give_up && settings.give_up()) {
      given_up_ = true;
      kernel_.finish();
    }
  }

  static Member::Noted totals_of(const Resource& resource, const Member& member, SimTime now) {
    const Totals totals = resource.totals_of(member, now);
    return {totals.in_use_area, std::min(totals.blocked_time, totals.full_time), totals.arrivals};
  }

  void note_members() {
    for (const auto& resource : simulation_.resources()) {
      resource->for_each_member(
          [&](const Member& member) { member.noted = totals_of(*resource, member, simulation_.now()); });
    }
  }

  // What the members of a row did in the measured window, which ends now.
  ResourceObservations members_of(const Resource& resource) const {
    const RunSettings& settings = simulation_.settings();
    const auto window = static_cast<double>((settings.measure_until - settings.measure_from).ns);
    ResourceObservations r;
    std::uint64_t arrivals = 0;
    std::uint64_t blocked_arrivals = 0;
    std::int64_t longest_line = 0;
    resource.for_each_member([&](const Member& member) {
      ++r.members;
      const Level& level = member.level;
      r.capacity = std::max(r.capacity, level.capacity());
      const Member::Noted total = totals_of(resource, member, simulation_.now());
      const std::uint64_t own_arrivals = total.arrivals - member.noted.arrivals;
      arrivals += own_arrivals;
      if (own_arrivals >= kEnoughArrivals &&
          to_double(total.pressed_time - member.noted.pressed_time) > 0.95 * window) {
        blocked_arrivals += own_arrivals;
      }
      if (level.waiting() > longest_line) {
        longest_line = level.waiting();
        r.blocked_since_end = level.blocked_since();
      }
      const double utilization = to_double(total.in_use_area - member.noted.in_use_area) /
                                 (window * static_cast<double>(std::max<std::int64_t>(1, level.capacity())));
      if (r.members == 1 || utilization > r.worst.utilization) {
        r.worst = {member.label, own_arrivals, utilization};
      }
    });
    r.blocked_arrivals_share = arrivals > 0 ? static_cast<double>(blocked_arrivals) / static_cast<double>(arrivals) : 0;
    return r;
  }

  void drain() {
    const RunSettings& settings = simulation_.settings();
    if (!settings.drain || given_up_ || simulation_.sampled_in_flight() == 0) {
      return;
    }
    simulation_.finish_when_drained();
    const Duration longest = std::min(horizon_.drain, kEndOfTime - settings.measure_until);
    kernel_.run(settings.measure_until + longest);
  }

  void collect(Observations& observed) {
    const RunSettings& settings = simulation_.settings();
    const Model& model = simulation_.model();
    observed.resources = std::move(resources_);
    for (RowId row = 0; row < model.resources.size(); ++row) {
      observed.resources[row].at_end = simulation_.resources()[row]->totals(simulation_.now());
      observed.resources[row].meter = std::move(simulation_.meter(row));
    }
    for (FlowId flow = 0; flow < model.flows.size(); ++flow) {
      observed.flows.push_back(std::move(simulation_.flow_stats(flow)));
    }
    observed.marks = simulation_.marks();
    observed.ends = std::move(simulation_.ends());
    observed.spent_nano_usd = simulation_.spent_nano_usd();
    observed.measured_from = settings.measure_from;
    observed.measured_until = settings.measure_until;
    observed.ended = simulation_.now();
    observed.events = kernel_.events();
    observed.fingerprint = kernel_.fingerprint();
    observed.entered = simulation_.entered();
    observed.entered_completed = simulation_.entered_completed();
    observed.sampled_in_flight = simulation_.sampled_in_flight();
    observed.in_flight = simulation_.in_flight();
  }

  Horizon horizon_;
  Kernel& kernel_;
  Simulation simulation_;
  std::size_t edges_ = 0;
  bool given_up_ = false;
  std::vector<ResourceObservations> resources_;
};

}  // namespace

Observations run_replication_on(Kernel& kernel, const Model& model, RunSettings settings, const Horizon& horizon) {
  settings.measure_from = SimTime{} + horizon.warmup;
  settings.measure_until = SimTime{} + horizon.end;
  return Run(kernel, model, settings, horizon).run();
}

Observations run_replication(const Model& model, RunSettings settings, const Horizon& horizon) {
  if (settings.engine != nullptr) {
    return settings.engine->run(model, settings, horizon);
  }
  NativeKernel kernel;
  return run_replication_on(kernel, model, std::move(settings), horizon);
}

}  // namespace loadstone
