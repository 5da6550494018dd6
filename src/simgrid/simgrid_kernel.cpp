#include "src/simgrid/simgrid_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "sim/base/check.hpp"

namespace loadstone::simgrid_engine {

namespace {

struct Finished {};  // out of SimGrid's loop

}  // namespace

SimGridKernel::SimGridKernel(const remote::PlatformFile* platform, std::uint64_t spin_limit)
    : timeline_([this](SimTime at) { run_instant(at); }),
      platform_([this](std::uint64_t who) { on_done(who); }, platform),
      has_own_network_(platform != nullptr),
      spin_limit_(spin_limit) {}

EventId SimGridKernel::schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                                     std::uint64_t argument) {
  LOADSTONE_CHECK(at >= now_ && at <= kEndOfTime, "an event before now or beyond 2^62 ns");
  return timeline_.schedule(at, phase, timeline_.next_sequence(), {function, object, argument});
}

HostId SimGridKernel::add(FluidHost::Kind kind, double cores) {
  LOADSTONE_CHECK(cores > 0 && cores < 1e6, "cores of a host");
  return {add(std::make_unique<FluidHost>(platform_, next_index(), kind, cores))};
}

std::uint32_t SimGridKernel::next_index() const {
  return static_cast<std::uint32_t>(hosts_.size());
}

std::uint32_t SimGridKernel::add(std::unique_ptr<FluidHost> fluid) {
  const std::uint32_t index = next_index();
  hosts_.push_back(std::make_unique<Host>(Host{this, std::move(fluid), 0, {}, {}, {}, {}, {}}));
  return index;
}

JobClassId SimGridKernel::add_passage(const std::string& from, const std::string& to) {
  if (!passages_) {
    passages_ = add(std::make_unique<FluidPassages>(platform_, next_index()));
  }
  return {*passages_, static_cast<FluidPassages&>(*hosts_[*passages_]->fluid).add(now_, from, to)};
}

NetworkId SimGridKernel::add_network() {
  return {add(std::make_unique<FluidNetwork>(platform_, next_index()))};
}

LinkId SimGridKernel::add_link(NetworkId id, double bandwidth, double wires) {
  return {id.index, network(id.index).add_link(bandwidth, wires)};
}

JobClassId SimGridKernel::add_route(NetworkId id, std::span<const LinkId> links) {
  std::vector<std::uint32_t> indices;
  for (const LinkId link : links) {
    indices.push_back(link.index);
  }
  return {id.index, network(id.index).add_route(now_, std::move(indices))};
}

void SimGridKernel::contend(HostId host, const Contention& contention) {
  hosts_[host.index]->fluid->contend(contention);
}

JobClassId SimGridKernel::add_job_class(HostId host, double cap, double quota, Duration period) {
  return {host.index, hosts_[host.index]->fluid->add_class(now_, cap, quota, period)};
}

void SimGridKernel::set_slowness(JobClassId job_class, double factor) {
  Host& host = *hosts_[job_class.host];
  host.fluid->set_slowness(now_, job_class.index, factor);
  changed(host);
}

JobId SimGridKernel::execute(JobClassId job_class, std::int64_t work, Action done) {
  LOADSTONE_CHECK(work >= 0, "work of a job");
  Host& host = *hosts_[job_class.host];
  const FluidHost::Started job =
      work == 0 ? host.fluid->start_empty(job_class.index, done) : host.fluid->start(now_, job_class.index, work, done);
  changed(host);
  if (work == 0) {
    host.fluid->attained(job.slot, now_);
    plan_leaving(host, now_);
  }
  return {job_class.host, job.slot, job.generation};
}

bool SimGridKernel::stop(JobId job) {
  if (!job.is_set()) {
    return false;
  }
  Host& host = *hosts_[job.host];
  const bool stopped = host.fluid->stop(now_, job.slot, job.generation);
  if (stopped) {
    changed(host);
  }
  return stopped;
}

double SimGridKernel::busy_core_ns(HostId host) {
  return hosts_[host.index]->fluid->busy_core_ns(now_);
}

// Its jobs, or how fast they are, are others than before.
void SimGridKernel::changed(Host& host) {
  // The order of ends at one instant is that in which they were last foreseen, as on the native kernel.
  const std::optional<SimTime> certain = host.fluid->certain_end();
  if (!certain || certain != host.certain) {
    host.sequence = timeline_.next_sequence();
  }
  host.certain = certain;
  const SimTime turn = host.fluid->next_turn(now_);
  if (host.turning.is_set() && turn == host.turning_at) {
    return;
  }
  timeline_.cancel(host.turning);
  host.turning = {};
  if (turn < kEndOfTime) {
    host.turning_at = turn;
    host.turning =
        timeline_.schedule(turn, Phase::release, timeline_.next_sequence(), {&SimGridKernel::on_turn, &host, 0});
  }
}

void SimGridKernel::on_turn(void* object, std::uint64_t) {
  Host& host = *static_cast<Host*>(object);
  host.turning = {};
  host.fluid->turn(host.kernel->now_);
  host.kernel->changed(host);
}

// The double is exact to an ulp or two, and what ends on the nanosecond ends a little before it (fluid_host.hpp).
SimTime SimGridKernel::rounded_up(double date) const {
  const double slack = 1.0 / 1024 + 2e9 * date * std::numeric_limits<double>::epsilon();
  return {static_cast<std::int64_t>(std::ceil(date * 1e9 - slack))};
}

void SimGridKernel::on_done(std::uint64_t who) {
  Host& host = *hosts_[(who >> 32) - 1];
  const SimTime at = std::max(now_, rounded_up(Platform::now()));
  host.fluid->attained(static_cast<std::uint32_t>(who), at);
  plan_leaving(host, at);
}

void SimGridKernel::plan_leaving(Host& host, SimTime at) {
  if (host.leaving.is_set() && host.leaving_at <= at) {
    return;  // those that end after it are planned for then
  }
  timeline_.cancel(host.leaving);
  host.leaving_at = at;
  host.leaving = timeline_.schedule(at, Phase::release, host.sequence, {&SimGridKernel::on_leaving, &host, 0});
  host.sequence = timeline_.next_sequence();  // a place is given out once
}

void SimGridKernel::on_leaving(void* object, std::uint64_t) {
  Host& host = *static_cast<Host*>(object);
  SimGridKernel& kernel = *host.kernel;
  host.leaving = {};
  const std::vector<FluidHost::Started> left = host.fluid->leave(kernel.now_);
  host.certain.reset();
  kernel.changed(host);
  if (const SimTime next = host.fluid->next_leaving(); next < kEndOfTime) {
    kernel.plan_leaving(host, next);
  }
  for (const FluidHost::Started& job : left) {
    const Action action = host.fluid->take(job);  // nothing if an earlier one of them stopped it
    if (action.run != nullptr) {
      action.run(action.object, action.argument);
    }
  }
}

// Called by SimGrid's timer.
void SimGridKernel::run_instant(SimTime at) {
  platform_.sweep();
  std::uint64_t at_this_instant = 0;
  while (timeline_.has(at)) {
    if (++at_this_instant > spin_limit_) {
      throw SpinningError("more than " + std::to_string(spin_limit_) + " events at one instant");
    }
    const Timeline::Next next = timeline_.take(at);
    now_ = at;
    note(next.key);
    next.action.run(next.action.object, next.action.argument);
    if (finished_) {
      throw Finished{};
    }
  }
  timeline_.forget(at);
}

void SimGridKernel::run(SimTime until) {
  if (finished_) {
    return;
  }
  try {
    platform_.run(date_of(std::min(until, kLatest)), [this] { return timeline_.pending() > 0; });
  } catch (const Finished&) {
    return;
  }
  if (until > kLatest && timeline_.pending() > 0) {
    throw std::runtime_error("the run goes on after 97 days, when SimGrid's clock is coarser than a nanosecond");
  }
  if (until < kEndOfTime) {
    now_ = std::max(now_, until);
  }
}

}  // namespace loadstone::simgrid_engine
