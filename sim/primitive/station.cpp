#include "sim/primitive/station.hpp"

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> StationPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<Station>(simulation, *this);
}

Progress Station::visit(Request& request, Duration work, double rank, const std::optional<Duration>& patience) {
  Line& line = lines_.of(request);
  ++line.level.arrivals;
  request.wait.work = work.ns;
  request.wait.mode = visited;
  if (is_free(line, 1)) {
    line.level.use(simulation_.now(), 1);
    count_grant(line, request, 0);
    begin(request, line);
    return Progress::waits;
  }
  return enter_line(request, line, 1, plan_.discipline == Discipline::sjf ? static_cast<double>(work.ns) : rank,
                    patience);
}

void Station::granted(Request& request, Line& line) {
  if (request.wait.mode == visited) {
    begin(request, line);
  } else {
    Slots::granted(request, line);
  }
}

void Station::begin(Request& request, Line& line) {
  begin_service(request, line);
  request.wake =
      simulation_.kernel().schedule(plan_.end_of(simulation_.now(), Duration{request.wait.work}), Phase::release,
                                    {&Station::on_completion, this, reinterpret_cast<std::uint64_t>(&request)});
}

void Station::end(Request& request, bool completed) {
  Line& line = static_cast<Line&>(*request.served_member);
  end_service(request, completed);
  request.wait.mode = held;
  serve_line(line);
}

void Station::on_completion(void* self, std::uint64_t who) {
  Station& station = *static_cast<Station*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  request.wake = {};
  station.end(request, true);
  station.simulation_.resume(request);
}

bool Station::interrupt(Request& request) {
  simulation_.kernel().cancel(request.wake);
  request.wake = {};
  end(request, false);
  return true;
}

}  // namespace loadstone
