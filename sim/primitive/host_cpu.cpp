#include "sim/primitive/host_cpu.hpp"

#include <algorithm>
#include <cmath>

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> HostCpuPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<HostCpu>(simulation, *this);
}

HostCpu::HostCpu(Simulation& simulation, const HostCpuPlan& plan) : Resource(simulation, plan.row) {
  constexpr double kManyCores = 100000;
  const double cores = simulation.is_relieved(plan.name) ? kManyCores : plan.capacity;
  for (const HostCpuPlan::JobClass& c : plan.classes) {
    claims_.push_back(static_cast<std::int64_t>(std::ceil(std::min({c.cap, c.quota, plan.capacity}))));
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(plan.members); ++i) {
    auto node = std::make_unique<Node>(static_cast<std::int64_t>(std::ceil(cores)));
    if (plan.members > 1) {
      node->label = "node=" + std::to_string(i);
    }
    node->host = simulation.kernel().add_host(cores);
    if (plan.contention) {
      dynamic_cast<ContendingKernel&>(simulation.kernel()).contend(node->host, *plan.contention);
    }
    for (const HostCpuPlan::JobClass& c : plan.classes) {
      node->classes.push_back(
          simulation.kernel().add_job_class(node->host, c.cap, cores >= kManyCores ? kManyCores : c.quota, c.period));
    }
    nodes_.push_back(std::move(node));
  }
}

Progress HostCpu::execute(Request& request, std::size_t index, std::uint32_t job_class, Duration work) {
  Node& node = *nodes_[index % nodes_.size()];
  ++node.level.arrivals;
  ++node.level.granted;
  enter(node, claims_[job_class]);
  request.job_class = job_class;
  begin_service(request, node);
  request.job = simulation_.kernel().execute(node.classes[job_class], work.ns,
                                             {&HostCpu::on_done, this, reinterpret_cast<std::uint64_t>(&request)});
  return Progress::waits;
}

void HostCpu::enter(Node& node, std::int64_t claim) {
  ++node.jobs;
  node.claims += claim;
  update_level(node);
}

void HostCpu::leave(Node& node, std::int64_t claim) {
  --node.jobs;
  node.claims -= claim;
  update_level(node);
}

void HostCpu::update_level(Node& node) {
  const SimTime now = simulation_.now();
  Level& level = node.level;
  const std::int64_t in_use = std::min(node.claims, level.capacity());
  if (in_use != level.in_use()) {
    level.use(now, in_use - level.in_use());
  }
  const std::int64_t served = node.claims > level.capacity() ? node.jobs * level.capacity() / node.claims : node.jobs;
  while (level.waiting() < node.jobs - served) {
    level.enter_line(now);
  }
  while (level.waiting() > node.jobs - served) {
    level.leave_line(now);
  }
}

Totals HostCpu::totals(SimTime now) const {
  Totals totals = Resource::totals(now);
  totals.in_use_area = 0;
  for (const auto& node : nodes_) {
    totals.in_use_area += static_cast<Int128>(simulation_.kernel().busy_core_ns(node->host));
  }
  return totals;
}

void HostCpu::on_done(void* self, std::uint64_t who) {
  HostCpu& host = *static_cast<HostCpu*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  Node& node = static_cast<Node&>(*request.served_member);
  host.leave(node, host.claims_[request.job_class]);
  ++node.level.completed;
  if (host.simulation_.is_sampled(request.served_since)) {
    host.simulation_.meter(host.row_).hold.record((host.simulation_.now() - request.served_since).ns);
  }
  request.served_by = nullptr;
  request.job = {};
  host.simulation_.resume(request);
}

bool HostCpu::interrupt(Request& request) {
  simulation_.kernel().stop(request.job);
  leave(static_cast<Node&>(*request.served_member), claims_[request.job_class]);
  request.served_by = nullptr;
  request.job = {};
  return true;
}

void HostCpu::set_slowness(std::uint32_t part, double factor) {
  for (const auto& node : nodes_) {
    simulation_.kernel().set_slowness(node->classes[part], factor);
  }
}

void HostCpu::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& node : nodes_) {
    visit(*node);
  }
}

}  // namespace loadstone
