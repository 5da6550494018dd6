#include "sim/kernel/native_kernel.hpp"

#include <algorithm>
#include <string>

#include "sim/base/check.hpp"

namespace loadstone {

namespace {
constexpr std::uint32_t kInNetwork = 0x80000000;  // as the host of a job or of its class: the rest counts networks
}

EventId NativeKernel::schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                                    std::uint64_t argument) {
  LOADSTONE_CHECK(at >= now_ && at <= kEndOfTime, "an event before now or beyond 2^62 ns");
  return events_set_.schedule_call(at, phase, function, object, argument);
}

HostId NativeKernel::add_host(double cores) {
  hosts_.push_back(std::make_unique<Host>(Host{this, {}, {}, ProcessorSharing(cores)}));
  return {static_cast<std::uint32_t>(hosts_.size() - 1)};
}

void NativeKernel::contend(HostId host, const Contention& contention) {
  hosts_[host.index]->sharing.contend(contention);
}

JobClassId NativeKernel::add_job_class(HostId host, double cap, double quota, Duration period) {
  return {host.index, hosts_[host.index]->sharing.add_class(cap, quota, period)};
}

void NativeKernel::set_slowness(JobClassId job_class, double factor) {
  Host& host = *hosts_[job_class.host];
  host.sharing.set_slowness(now_, job_class.index, factor);
  reschedule(host);
}

NetworkId NativeKernel::add_network() {
  networks_.push_back(std::make_unique<Net>(Net{this, {}, {}, {}}));
  return {static_cast<std::uint32_t>(networks_.size() - 1)};
}

LinkId NativeKernel::add_link(NetworkId network, double bandwidth, double wires) {
  return {network.index, networks_[network.index]->sharing.add_link(bandwidth, wires)};
}

JobClassId NativeKernel::add_route(NetworkId network, std::span<const LinkId> links) {
  std::vector<std::uint32_t> indices;
  for (const LinkId link : links) {
    indices.push_back(link.index);
  }
  return {network.index | kInNetwork, networks_[network.index]->sharing.add_route(indices)};
}

LinkLoad NativeKernel::load(LinkId link) {
  return networks_[link.network]->sharing.load(link.index);
}

double NativeKernel::used_ns(LinkId link) {
  return networks_[link.network]->sharing.used_ns(now_, link.index);
}

template <class Sharing>
JobId NativeKernel::start_in(Sharers<Sharing>& sharers, JobClassId job_class, std::int64_t work, Action done) {
  const JobHandle handle = sharers.sharing.start(now_, job_class.index, work, done);
  reschedule(sharers);
  return {job_class.host, handle.slot, handle.generation};
}

template <class Sharing>
bool NativeKernel::stop_in(Sharers<Sharing>& sharers, JobId job) {
  const bool stopped = sharers.sharing.stop(now_, {job.slot, job.generation});
  if (stopped) {
    reschedule(sharers);
  }
  return stopped;
}

JobId NativeKernel::execute(JobClassId job_class, std::int64_t work, Action done) {
  if ((job_class.host & kInNetwork) != 0) [[unlikely]] {
    return start_in(*networks_[job_class.host & ~kInNetwork], job_class, work, done);
  }
  return start_in(*hosts_[job_class.host], job_class, work, done);
}

bool NativeKernel::stop(JobId job) {
  if (!job.is_set()) {
    return false;
  }
  return (job.host & kInNetwork) != 0 ? stop_in(*networks_[job.host & ~kInNetwork], job)
                                      : stop_in(*hosts_[job.host], job);
}

double NativeKernel::busy_core_ns(HostId host) {
  return hosts_[host.index]->sharing.busy_core_ns(now_);
}

void NativeKernel::run(SimTime until) {
  SimTime instant{-1};
  std::uint64_t at_this_instant = 0;
  while (!finished_ && !events_set_.empty()) {
    const EventKey key = events_set_.next_key();
    const SimTime at = key.at();
    if (at > until) {
      break;
    }
    if (at != instant) {
      instant = at;
      at_this_instant = 1;
    } else if (++at_this_instant > spin_limit_) {
      throw SpinningError("more than " + std::to_string(spin_limit_) + " events at one instant");
    }
    now_ = at;
    note(key);
    const Action action = events_set_.take(key);
    action.run(action.object, action.argument);
  }
  if (!finished_ && until < kEndOfTime) {
    now_ = std::max(now_, until);
  }
}

template <class Sharing>
void NativeKernel::on_completion(void* object, std::uint64_t) {
  auto& sharers = *static_cast<Sharers<Sharing>*>(object);
  NativeKernel& kernel = *sharers.kernel;
  sharers.event = {};
  std::vector<CompletedJob> completed;
  completed.swap(kernel.completed_);
  sharers.sharing.advance(kernel.now_, completed);
  kernel.reschedule(sharers);
  for (const CompletedJob& done : completed) {
    if (const auto action = sharers.sharing.take(done.job)) {  // nothing if an earlier one of them stopped it
      action->run(action->object, action->argument);
    }
  }
  completed.swap(kernel.completed_);
}

template <class Sharing>
void NativeKernel::reschedule(Sharers<Sharing>& sharers) {
  const auto next = sharers.sharing.next_completion();
  if (sharers.event.is_set() && next && *next == sharers.event_at) {
    return;
  }
  cancel(sharers.event);
  sharers.event = {};
  if (next && *next < kEndOfTime) {
    sharers.event_at = *next;
    sharers.event = schedule(*next, Phase::release, {&NativeKernel::on_completion<Sharing>, &sharers, 0});
  }
}

}  // namespace loadstone
