#include "sim/primitive/host_cpu.hpp"

#include <algorithm>
#include <cmath>

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> HostCpuPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<HostCpu>(simulation, *this);
}

HostCpu::HostCpu(Simulation& simulation, const HostCpuPlan& plan) : Resource(simulation, plan.row), plan_(plan) {
  constexpr double kManyCores = 100000;
  const double cores = simulation.is_relieved(plan.name) ? kManyCores : plan.capacity;
  for (std::size_t i = 0; i < static_cast<std::size_t>(plan.members); ++i) {
    auto node = std::make_unique<Node>(static_cast<std::int64_t>(std::ceil(cores)));
    if (plan.members > 1) {
      node->label = "node=" + std::to_string(i);
    }
    const HostId host = simulation.kernel().add_host(cores);
    for (const HostCpuPlan::JobClass& c : plan.classes) {
      node->classes.push_back(
          simulation.kernel().add_job_class(host, c.cap, cores >= kManyCores ? kManyCores : c.quota));
    }
    nodes_.push_back(std::move(node));
  }
}

Progress HostCpu::execute(Request& request, std::size_t index, std::uint32_t job_class, Duration work) {
  Node& node = *nodes_[index % nodes_.size()];
  ++node.level.arrivals;
  ++node.level.granted;
  enter(node);
  request.served_by = this;
  request.served_member = &node;
  request.served_since = simulation_.now();
  simulation_.doing(request, Doing::served, row_);
  request.job = simulation_.kernel().execute(node.classes[job_class], work.ns,
                                             {&HostCpu::on_done, this, reinterpret_cast<std::uint64_t>(&request)});
  return Progress::waits;
}

void HostCpu::enter(Node& node) {
  if (node.jobs++ < node.level.capacity()) {
    node.level.use(simulation_.now(), 1);
  } else {
    node.level.enter_line(simulation_.now());
  }
}

void HostCpu::leave(Node& node) {
  if (--node.jobs < node.level.capacity()) {
    node.level.use(simulation_.now(), -1);
  } else {
    node.level.leave_line(simulation_.now());
  }
}

void HostCpu::on_done(void* self, std::uint64_t who) {
  HostCpu& host = *static_cast<HostCpu*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  Node& node = static_cast<Node&>(*request.served_member);
  host.leave(node);
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
  leave(static_cast<Node&>(*request.served_member));
  request.served_by = nullptr;
  request.job = {};
  return true;
}

void HostCpu::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& node : nodes_) {
    visit(*node);
  }
}

}  // namespace loadstone
