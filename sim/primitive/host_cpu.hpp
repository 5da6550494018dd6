// sim/primitive/host_cpu.hpp
//
// The cores of a host, shared by all that runs there (processor sharing by the kernel).
//
// Levels. A job claims as many cores as its class lets one job use, rounded up. `in use` counts claims up to the number
//         of cores; when there are more, the jobs that it takes to exceed them are the line: nobody queues, everybody
//         slows down. The integral of what is in use is that of busy cores, exactly: utilisation is their share.
// Not.    A job's wait is not separate from its service: the hold histogram is of stretched times, wait has none.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "sim/engine/resource.hpp"
#include "sim/kernel/contention.hpp"

namespace loadstone {

struct HostCpuPlan : ResourcePlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  [[nodiscard]] std::uint32_t parts_with_speed() const override { return static_cast<std::uint32_t>(classes.size()); }

  struct JobClass {
    double cap = 1;        // cores that one job can use
    double quota = 1e9;    // cores that the class gets together: at every instant, or
    Duration period = {};  // over each of these
  };
  std::vector<JobClass> classes{{}};  // 0: anything
  std::optional<Contention> contention;
};

class HostCpu final : public Resource {
 public:
  HostCpu(Simulation& simulation, const HostCpuPlan& plan);

  // Runs `work` for the request on node number `node`. REQUIRES: work >= 0.
  Progress execute(Request& request, std::size_t node, std::uint32_t job_class, Duration work);
  bool interrupt(Request& request) override;
  // `part` is a job class.
  void set_slowness(std::uint32_t part, double factor) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  [[nodiscard]] Totals totals(SimTime now) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  struct Node : Member {
    explicit Node(std::int64_t cores) : Member(cores) {}
    HostId host;
    std::vector<JobClassId> classes;
    std::int64_t jobs = 0;
    std::int64_t claims = 0;  // cores that they would use
  };

  void enter(Node& node, std::int64_t claim);
  void leave(Node& node, std::int64_t claim);
  void update_level(Node& node);
  static void on_done(void* host, std::uint64_t request);

  std::vector<std::int64_t> claims_;  // of a job, by class
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace loadstone
