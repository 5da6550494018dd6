// sim/kernel/native_kernel.hpp
//
// The kernel that runs by default: a future event set and one ProcessorSharing a host.
//
// Not.  Not final, for kernels that are wrong on purpose (tests/negative/mutants).
// Cost. One indirect call an event. A run that executes more than `spin_limit` events at one instant ends with
//       SpinningError: some model goes round without letting time pass.
#pragma once

#include <memory>
#include <vector>

#include "sim/kernel/contention.hpp"
#include "sim/kernel/future_event_set.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/processor_sharing.hpp"

namespace loadstone {

class NativeKernel : public Kernel, public ContendingKernel {
 public:
  explicit NativeKernel(std::uint64_t spin_limit = 20'000'000) : spin_limit_(spin_limit) {}

  bool cancel(EventId id) override { return events_set_.cancel(id); }
  HostId add_host(double cores) override;
  void contend(HostId host, const Contention& contention) override;
  JobClassId add_job_class(HostId host, double cap, double quota, Duration period = {}) override;
  void set_slowness(JobClassId job_class, double factor) override;
  JobId execute(JobClassId job_class, std::int64_t work, Action done) override;
  bool stop(JobId job) override;
  double busy_core_ns(HostId host) override;
  void run(SimTime until) override;

 protected:
  EventId schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                        std::uint64_t argument) override;

 private:
  struct Host {
    NativeKernel* kernel;
    EventId event;  // of the next completion
    SimTime event_at;
    ProcessorSharing sharing;
  };

  static void on_completion(void* host, std::uint64_t);
  void reschedule(Host& host);

  FutureEventSet events_set_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<ProcessorSharing::Completed> completed_;  // scratch of on_completion
  std::uint64_t spin_limit_;
};

}  // namespace loadstone
