// sim/kernel/native_kernel.hpp
//
// The kernel that runs by default: a future event set, one ProcessorSharing a host and one Network a network.
//
// Not.  Not final, for kernels that are wrong on purpose (tests/negative/mutants), and one that writes down all that is
//       scheduled and cancelled, hosts' completions too (bench/event_lists).
// Cost. One indirect call an event. A run that executes more than `spin_limit` events at one instant ends with
//       SpinningError: some model goes round without letting time pass.
#pragma once

#include <memory>
#include <vector>

#include "sim/kernel/contention.hpp"
#include "sim/kernel/future_event_set.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/network.hpp"
#include "sim/kernel/processor_sharing.hpp"

namespace loadstone {

class NativeKernel : public Kernel, public ContendingKernel {
 public:
  explicit NativeKernel(std::uint64_t spin_limit = 20'000'000) : spin_limit_(spin_limit) {}

  bool cancel(EventId id) override { return events_set_.cancel(id); }
  using Kernel::add_link;

  HostId add_host(double cores) override;
  void contend(HostId host, const Contention& contention) override;
  JobClassId add_job_class(HostId host, double cap, double quota, Duration period = {}) override;
  NetworkId add_network() override;
  LinkId add_link(NetworkId network, double bandwidth, double wires) override;
  JobClassId add_route(NetworkId network, std::span<const LinkId> links) override;
  LinkLoad load(LinkId link) override;
  double used_ns(LinkId link) override;
  void set_slowness(JobClassId job_class, double factor) override;
  JobId execute(JobClassId job_class, std::int64_t work, Action done) override;
  bool stop(JobId job) override;
  double busy_core_ns(HostId host) override;
  void run(SimTime until) override;

 protected:
  EventId schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                        std::uint64_t argument) override;

 private:
  // Who shares something, by a rule of theirs.
  template <class Sharing>
  struct Sharers {
    NativeKernel* kernel;
    EventId event;  // of the next completion
    SimTime event_at;
    Sharing sharing;
  };
  using Host = Sharers<ProcessorSharing>;
  using Net = Sharers<Network>;

  template <class Sharing>
  static void on_completion(void* sharers, std::uint64_t);
  template <class Sharing>
  void reschedule(Sharers<Sharing>& sharers);
  template <class Sharing>
  JobId start_in(Sharers<Sharing>& sharers, JobClassId job_class, std::int64_t work, Action done);
  template <class Sharing>
  bool stop_in(Sharers<Sharing>& sharers, JobId job);

  FutureEventSet events_set_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<std::unique_ptr<Net>> networks_;
  std::vector<CompletedJob> completed_;  // scratch of on_completion
  std::uint64_t spin_limit_;
};

}  // namespace loadstone
