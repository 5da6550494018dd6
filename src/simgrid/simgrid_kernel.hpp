// src/simgrid/simgrid_kernel.hpp
//
// The kernel on SimGrid: its clock, its sharing of cores and bandwidth, driven by events from maestro; no actor ever
// runs. It is there to be compared with the native one, with which it shares the order of events and nothing else.
//
// Rounds. A completion's date is rounded up to the next whole nanosecond here, in `rounded_up`; it is the only place
//         where a time of SimGrid's becomes one of ours.
// Ends.   finish(), and whatever an event throws, leaves SimGrid's loop by an exception; the kernel cannot run after
// it. Cost.   Some 5 us an event. One kernel a process.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "sim/kernel/contention.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/passages.hpp"
#include "src/simgrid/fluid_host.hpp"
#include "src/simgrid/fluid_network.hpp"
#include "src/simgrid/fluid_passages.hpp"
#include "src/simgrid/platform.hpp"
#include "src/simgrid/timeline.hpp"

namespace loadstone::simgrid_engine {

class SimGridKernel : public Kernel, public ContendingKernel, public KernelWithPassages {
 public:
  // `platform`: of the user's; nullptr if there is none. Throws PlatformRefused.
  explicit SimGridKernel(const remote::PlatformFile* platform = nullptr, std::uint64_t spin_limit = 20'000'000);

  bool cancel(EventId id) override { return timeline_.cancel(id); }
  HostId add_host(double cores) override { return add(FluidHost::Kind::host, cores); }
  HostId add_link(double wires) override { return add(FluidHost::Kind::link, wires); }
  void contend(HostId host, const Contention& contention) override;
  JobClassId add_job_class(HostId host, double cap, double quota, Duration period = {}) override;
  NetworkId add_network() override;
  LinkId add_link(NetworkId network, double bandwidth, double wires) override;
  JobClassId add_route(NetworkId network, std::span<const LinkId> links) override;
  LinkLoad load(LinkId link) override { return network(link.network).load(link.index); }
  double used_ns(LinkId link) override { return network(link.network).used_ns(now_, link.index); }
  [[nodiscard]] bool has_own_network() const override { return has_own_network_; }
  JobClassId add_passage(const std::string& from, const std::string& to) override;
  // Of the user's platform.
  [[nodiscard]] const std::vector<std::string>& host_names() const { return platform_.host_names(); }
  void set_slowness(JobClassId job_class, double factor) override;
  JobId execute(JobClassId job_class, std::int64_t work, Action done) override;
  bool stop(JobId job) override;
  double busy_core_ns(HostId host) override;
  void run(SimTime until) override;

 protected:
  EventId schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                        std::uint64_t argument) override;
  // The instant at which something that ends at SimGrid's present date ends for us.
  [[nodiscard]] virtual SimTime rounded_up(double date) const;

 private:
  struct Host {
    SimGridKernel* kernel;
    std::unique_ptr<FluidHost> fluid;
    std::uint64_t sequence = 0;      // of the next completion: from when it was last found to end then
    std::optional<SimTime> certain;  // when that is, if that is known
    EventId leaving;
    SimTime leaving_at;
    EventId turning;
    SimTime turning_at;
  };

  HostId add(FluidHost::Kind kind, double cores);
  [[nodiscard]] std::uint32_t next_index() const;
  std::uint32_t add(std::unique_ptr<FluidHost> fluid);
  FluidNetwork& network(std::uint32_t index) { return static_cast<FluidNetwork&>(*hosts_[index]->fluid); }
  void changed(Host& host);
  void plan_leaving(Host& host, SimTime at);
  void run_instant(SimTime at);
  void on_done(std::uint64_t who);
  static void on_leaving(void* host, std::uint64_t);
  static void on_turn(void* host, std::uint64_t);

  Timeline timeline_;
  Platform platform_;
  bool has_own_network_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::optional<std::uint32_t> passages_;  // the host of all of them
  std::size_t jobs_ = 0;
  std::uint64_t spin_limit_;
};

}  // namespace loadstone::simgrid_engine
