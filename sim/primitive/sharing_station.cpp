#include "sim/primitive/sharing_station.hpp"

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> SharingStationPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<SharingStation>(simulation, *this);
}

SharingStation::SharingStation(Simulation& simulation, const SharingStationPlan& plan)
    : Resource(simulation, plan.row), plan_(plan), members_(plan.member_attributes, [this](const Request* first) {
        constexpr double kManyServers = 100000;
        const double servers = simulation_.is_relieved(plan_.name) ? kManyServers : plan_.capacity;
        const HostId host = simulation_.kernel().add_host(servers);
        auto member = std::make_unique<Servers>(static_cast<std::int64_t>(servers),
                                                simulation_.kernel().add_job_class(host, 1.0, servers));
        if (plan_.pace != nullptr) {
          simulation_.kernel().set_slowness(member->job_class, plan_.pace->factor_at(simulation_.now()));
        }
        member->label = member_label(simulation_, plan_, first);
        return member;
      }) {}

Progress SharingStation::visit(Request& request, Duration work) {
  Servers& servers = members_.of(request);
  ++servers.level.arrivals;
  ++servers.level.granted;
  if (servers.jobs++ < servers.level.capacity()) {
    servers.level.use(simulation_.now(), 1);
  } else {
    servers.level.enter_line(simulation_.now());
  }
  begin_service(request, servers);
  request.job = simulation_.kernel().execute(
      servers.job_class, work.ns, {&SharingStation::on_done, this, reinterpret_cast<std::uint64_t>(&request)});
  return Progress::waits;
}

void SharingStation::leave(Request& request) {
  Servers& servers = static_cast<Servers&>(*request.served_member);
  if (--servers.jobs < servers.level.capacity()) {
    servers.level.use(simulation_.now(), -1);
  } else {
    servers.level.leave_line(simulation_.now());
  }
  request.served_by = nullptr;
  request.job = {};
}

void SharingStation::on_done(void* self, std::uint64_t who) {
  SharingStation& station = *static_cast<SharingStation*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  if (station.simulation_.is_sampled(request.served_since)) {
    station.simulation_.meter(station.row_).hold.record((station.simulation_.now() - request.served_since).ns);
  }
  ++request.served_member->level.completed;
  station.leave(request);
  station.simulation_.resume(request);
}

bool SharingStation::interrupt(Request& request) {
  simulation_.kernel().stop(request.job);
  leave(request);
  return true;
}

void SharingStation::set_slowness(std::uint32_t, double factor) {
  for (const auto& member : members_.all()) {
    simulation_.kernel().set_slowness(member->job_class, factor);
  }
}

void SharingStation::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& member : members_.all()) {
    visit(*member);
  }
}

}  // namespace loadstone
