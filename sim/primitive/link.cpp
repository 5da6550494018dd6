#include "sim/primitive/link.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"
#include "sim/kernel/passages.hpp"

namespace loadstone {

namespace {

// Of a link that has none yet: the first of those that routes join is made before the others.
std::shared_ptr<LinkNetwork> make_network(Simulation& simulation, const LinkPlan& plan) {
  const bool needs_one = plan.network.has_value() || passages_of(simulation.kernel()) != nullptr;
  return needs_one ? std::make_shared<LinkNetwork>(simulation) : nullptr;
}

}  // namespace

std::unique_ptr<Resource> LinkPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<Link>(simulation, *this);
}

Link::Link(Simulation& simulation, const LinkPlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      ns_per_byte_(plan.bandwidth ? 1 / *plan.bandwidth : 0),
      network_(plan.network.value_or(plan.row) != plan.row ? simulation.resource<Link>(*plan.network).network_
                                                           : make_network(simulation, plan)),
      wires_(plan.member_attributes, [this](const Request* first) {
        constexpr double kManyWires = 100000;
        const double wires = simulation_.is_relieved(plan_.name) ? kManyWires : 1;
        auto wire = std::make_unique<Wire>(static_cast<std::int64_t>(wires), row_);
        if (network_ == nullptr) {
          const HostId host = simulation_.kernel().add_link(wires);
          wire->alone = {0, simulation_.kernel().add_job_class(host, 1.0, wires), {wire.get()}};
        } else {
          network_->add(*wire, plan_.bandwidth, wires);
        }
        wire->ends = plan_.between ? &*plan_.between : nullptr;
        wire->label = member_label(simulation_, plan_, first);
        return wire;
      }) {}

Progress Link::transfer(Request& request, Duration rtt, double bytes) {
  Wire& wire = wires_.of(request);
  return begin(request, network_ == nullptr ? wire.alone : network_->way({&wire}), rtt, bytes);
}

Progress Link::transfer(Request& request, std::span<const ResourceIndex> route, Duration rtt, double bytes) {
  std::vector<Wire*> wires;
  for (const ResourceIndex link : route) {
    wires.push_back(&simulation_.resource<Link>(link).wires_.of(request));
  }
  return begin(request, network_->way(wires), rtt, bytes);
}

Progress Link::begin(Request& request, const Way& way, Duration rtt, double bytes) {
  std::int64_t work = 0;
  if (simulation_.settings().free_transfers) {
    rtt = {};
  } else if (network_ != nullptr && network_->is_own()) {
    rtt = {};
    work = std::max<std::int64_t>(1, whole_ns(bytes).ns);  // bytes are whole there
  } else {
    work = whole_ns(bytes * ns_per_byte_).ns;
  }
  for (Wire* wire : way.wires) {
    ++wire->level.arrivals;
    ++wire->level.granted;
  }
  request.wait.work = work;
  request.job_class = way.index;
  begin_service(request, wires_.of(request));
  if (rtt.ns > 0) {
    request.wake =
        simulation_.kernel().schedule(simulation_.now() + rtt, Phase::release,
                                      {&Link::on_round_trip, this, reinterpret_cast<std::uint64_t>(&request)});
  } else {
    move(request);
  }
  return Progress::waits;
}

const Way& Link::way_of(const Request& request) const {
  return network_ == nullptr ? static_cast<const Wire&>(*request.served_member).alone
                             : network_->way(request.job_class);
}

void Link::on_round_trip(void* self, std::uint64_t who) {
  Link& link = *static_cast<Link*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  request.wake = {};
  if (request.wait.work > 0) {
    link.move(request);
  } else {
    link.end(request);
  }
}

void Link::move(Request& request) {
  const Way& way = way_of(request);
  request.job = simulation_.kernel().execute(way.job_class, request.wait.work,
                                             {&Link::on_moved, this, reinterpret_cast<std::uint64_t>(&request)});
  if (network_ != nullptr) {
    network_->begin(way);
    return;
  }
  Wire& wire = *way.wires.front();
  if (wire.moving++ < wire.level.capacity()) {
    wire.level.use(simulation_.now(), 1);
  } else {
    wire.level.enter_line(simulation_.now());
  }
}

// The kernel has it no more.
void Link::leave(const Request& request) {
  const Way& way = way_of(request);
  if (network_ != nullptr) {
    network_->end(way);
    return;
  }
  Wire& wire = *way.wires.front();
  if (--wire.moving < wire.level.capacity()) {
    wire.level.use(simulation_.now(), -1);
  } else {
    wire.level.leave_line(simulation_.now());
  }
}

void Link::on_moved(void* self, std::uint64_t who) {
  Link& link = *static_cast<Link*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  request.job = {};
  link.leave(request);
  link.end(request);
}

void Link::end(Request& request) {
  for (Wire* wire : way_of(request).wires) {
    ++wire->level.completed;
    if (simulation_.is_sampled(request.served_since)) {
      simulation_.meter(wire->row).hold.record((simulation_.now() - request.served_since).ns);
    }
  }
  request.served_by = nullptr;
  simulation_.resume(request);
}

bool Link::interrupt(Request& request) {
  if (request.wake.is_set()) {
    simulation_.kernel().cancel(request.wake);
    request.wake = {};
  } else {
    simulation_.kernel().stop(request.job);
    request.job = {};
    leave(request);
  }
  request.served_by = nullptr;
  return true;
}

void Link::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& wire : wires_.all()) {
    visit(*wire);
  }
}

Totals Link::totals_of(const Member& member, SimTime now) const {
  Totals totals = member.level.totals(now);
  if (const auto& link = static_cast<const Wire&>(member).link) {
    totals.in_use_area = static_cast<Int128>(simulation_.kernel().used_ns(*link) + 0.5);
  }
  return totals;
}

}  // namespace loadstone
