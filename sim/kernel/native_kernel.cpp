#include "sim/kernel/native_kernel.hpp"

#include <algorithm>
#include <string>

#include "sim/base/check.hpp"

namespace loadstone {

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

JobId NativeKernel::execute(JobClassId job_class, std::int64_t work, Action done) {
  Host& host = *hosts_[job_class.host];
  const auto handle = host.sharing.start(now_, job_class.index, work, done);
  reschedule(host);
  return {job_class.host, handle.slot, handle.generation};
}

bool NativeKernel::stop(JobId job) {
  if (!job.is_set()) {
    return false;
  }
  Host& host = *hosts_[job.host];
  const bool stopped = host.sharing.stop(now_, {job.slot, job.generation});
  if (stopped) {
    reschedule(host);
  }
  return stopped;
}

double NativeKernel::busy_core_ns(HostId host) {
  return hosts_[host.index]->sharing.busy_core_ns(now_);
}

void NativeKernel::run(SimTime until) {
  SimTime instant{-1};
  std::uint64_t at_this_instant = 0;
  while (!events_set_.empty() && !finished_) {
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
    const Action action = events_set_.pop().action;
    action.run(action.object, action.argument);
  }
  if (!finished_ && until < kEndOfTime) {
    now_ = std::max(now_, until);
  }
}

void NativeKernel::on_completion(void* object, std::uint64_t) {
  Host& host = *static_cast<Host*>(object);
  NativeKernel& kernel = *host.kernel;
  host.event = {};
  std::vector<ProcessorSharing::Completed> completed;
  completed.swap(kernel.completed_);
  host.sharing.advance(kernel.now_, completed);
  kernel.reschedule(host);
  for (const ProcessorSharing::Completed& done : completed) {
    if (const auto action = host.sharing.take(done.job)) {  // nothing if an earlier one of them stopped it
      action->run(action->object, action->argument);
    }
  }
  completed.swap(kernel.completed_);
}

void NativeKernel::reschedule(Host& host) {
  const auto next = host.sharing.next_completion();
  if (host.event.is_set() && next && *next == host.event_at) {
    return;
  }
  events_set_.cancel(host.event);
  host.event = {};
  if (next && *next < kEndOfTime) {
    host.event_at = *next;
    host.event = events_set_.schedule(*next, Phase::release, {&NativeKernel::on_completion, &host, 0});
  }
}

}  // namespace loadstone
