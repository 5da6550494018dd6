#include "sim/run/replication.hpp"

#include <algorithm>

#include "sim/kernel/native_kernel.hpp"
#include "sim/run/deadlock.hpp"

namespace loadstone {

namespace {

class Run {
 public:
  Run(const Model& model, const RunSettings& settings, const Horizon& horizon)
      : horizon_(horizon), simulation_(model, settings, kernel_) {}

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
      observed.stopped = error.what();
    }
    if (observed.stopped.empty() && !given_up_) {
      observed.stopped = find_deadlock(simulation_);
    }
    observed.given_up = given_up_;
    while (edges_ <= horizon_.blocks) {
      mark_edge();  // the run ended early: nothing changed since
    }
    simulation_.check_conservation();
    collect(observed);
    return observed;
  }

 private:
  void schedule_edges() {
    const SimTime from = simulation_.settings().measure_from;
    const std::int64_t length = (simulation_.settings().measure_until - from).ns;
    for (std::size_t i = 0; i <= horizon_.blocks; ++i) {
      const auto offset = static_cast<Int128>(length) * static_cast<Int128>(i) / static_cast<Int128>(horizon_.blocks);
      kernel_.schedule(from + Duration{static_cast<std::int64_t>(offset)}, Phase::observe,
                       {[](void* self, std::uint64_t) { static_cast<Run*>(self)->mark_edge(); }, this, 0});
    }
  }

  void mark_edge() {
    simulation_.mark_edge();
    ++edges_;
    const RunSettings& settings = simulation_.settings();
    if (settings.give_up && settings.give_up()) {
      given_up_ = true;
      kernel_.finish();
    }
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
    const double window = static_cast<double>((settings.measure_until - settings.measure_from).ns);
    for (RowId row = 0; row < model.resources.size(); ++row) {
      ResourceObservations& r = observed.resources.emplace_back();
      const Resource& resource = *simulation_.resources()[row];
      double blocked_arrivals = 0;
      r.at_end = resource.totals(simulation_.now());
      resource.for_each_member([&](const Member& member) {
        ++r.members;
        r.capacity = std::max(r.capacity, member.level.capacity());
        const Totals totals = member.level.totals(simulation_.now());
        const double utilization = to_double(totals.in_use_area) /
                                   (window * static_cast<double>(std::max<std::int64_t>(1, member.level.capacity())));
        if (to_double(totals.blocked_time) > 0.95 * static_cast<double>(simulation_.now().ns)) {
          blocked_arrivals += static_cast<double>(totals.arrivals);
        }
        if (r.members == 1 && member.level.waiting() > 0) {
          r.blocked_since_end = member.level.blocked_since();
        } else {
          r.blocked_since_end.reset();
        }
        if (r.members == 1 || utilization > r.worst.utilization) {
          r.worst = {member.label, totals, utilization};
        }
      });
      r.blocked_arrivals_share = r.at_end.arrivals == 0 ? 0 : blocked_arrivals / static_cast<double>(r.at_end.arrivals);
      r.meter = std::move(simulation_.meter(row));
    }
    for (FlowId flow = 0; flow < model.flows.size(); ++flow) {
      observed.flows.push_back(std::move(simulation_.flow_stats(flow)));
    }
    observed.marks = simulation_.marks();
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
  NativeKernel kernel_;
  Simulation simulation_;
  std::size_t edges_ = 0;
  bool given_up_ = false;
};

}  // namespace

Observations run_replication(const Model& model, RunSettings settings, const Horizon& horizon) {
  settings.measure_from = SimTime{} + horizon.warmup;
  settings.measure_until = SimTime{} + horizon.end;
  return Run(model, settings, horizon).run();
}

}  // namespace loadstone
