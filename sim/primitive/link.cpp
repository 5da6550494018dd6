#include "sim/primitive/link.hpp"

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> LinkPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<Link>(simulation, *this);
}

Link::Link(Simulation& simulation, const LinkPlan& plan)
    : Resource(simulation, plan.row), plan_(plan), wires_(plan.member_attributes, [this](const Request* first) {
        constexpr double kManyWires = 100000;
        const double wires = simulation_.is_relieved(plan_.name) ? kManyWires : 1;
        const HostId host = simulation_.kernel().add_link(wires);
        auto wire = std::make_unique<Wire>(static_cast<std::int64_t>(wires),
                                           simulation_.kernel().add_job_class(host, 1.0, wires));
        wire->label = member_label(simulation_, plan_, first);
        return wire;
      }) {}

Progress Link::transfer(Request& request, Duration rtt, Duration work) {
  Wire& wire = wires_.of(request);
  ++wire.level.arrivals;
  ++wire.level.granted;
  request.wait.work = work.ns;
  begin_service(request, wire);
  if (rtt.ns > 0) {
    request.wake =
        simulation_.kernel().schedule(simulation_.now() + rtt, Phase::release,
                                      {&Link::on_round_trip, this, reinterpret_cast<std::uint64_t>(&request)});
  } else {
    move(request);
  }
  return Progress::waits;
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
  Wire& wire = static_cast<Wire&>(*request.served_member);
  if (wire.moving++ < wire.level.capacity()) {
    wire.level.use(simulation_.now(), 1);
  } else {
    wire.level.enter_line(simulation_.now());
  }
  request.job = simulation_.kernel().execute(wire.job_class, request.wait.work,
                                             {&Link::on_moved, this, reinterpret_cast<std::uint64_t>(&request)});
}

void Link::leave(Wire& wire) {
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
  link.leave(static_cast<Wire&>(*request.served_member));
  link.end(request);
}

void Link::end(Request& request) {
  ++request.served_member->level.completed;
  if (simulation_.is_sampled(request.served_since)) {
    simulation_.meter(row_).hold.record((simulation_.now() - request.served_since).ns);
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
    leave(static_cast<Wire&>(*request.served_member));
  }
  request.served_by = nullptr;
  return true;
}

void Link::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& wire : wires_.all()) {
    visit(*wire);
  }
}

}  // namespace loadstone
