#include "sim/primitive/rated_station.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> RatedStationPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<RatedStation>(simulation, *this);
}

namespace {

constexpr int kFraction = 20;  // bits

}  // namespace

RatedStation::RatedStation(Simulation& simulation, const RatedStationPlan& plan)
    : Slots(simulation, plan, &make_line<RatedLine>), sjf_(plan.discipline == Discipline::sjf) {
  for (const double rate : plan.rates) {
    speeds_.push_back(std::max<std::int64_t>(1, static_cast<std::int64_t>(rate * (1 << kFraction) + 0.5)));
  }
}

Progress RatedStation::visit(Request& request, Duration work, double rank, const std::optional<Duration>& patience) {
  auto& line = static_cast<RatedLine&>(lines_.of(request));
  line.station = this;
  ++line.level.arrivals;
  request.wait.work = work.ns;
  if (is_free(line, 1)) {
    line.level.use(simulation_.now(), 1);
    count_grant(line, request, 0);
    begin(request, line);
    return Progress::waits;
  }
  return enter_line(request, line, 1, sjf_ ? static_cast<double>(work.ns) : rank, patience);
}

void RatedStation::granted(Request& request, Line& line) {
  begin(request, static_cast<RatedLine&>(line));
}

// Of a server, with as many busy as are.
std::int64_t RatedStation::speed(const RatedLine& line) const {
  return speeds_[std::min(line.served.size(), speeds_.size()) - 1];
}

void RatedStation::advance(RatedLine& line) const {
  if (!line.served.empty()) {
    line.given += static_cast<Int128>((simulation_.now() - line.at).ns) * speed(line);
  }
  line.at = simulation_.now();
}

void RatedStation::begin(Request& request, RatedLine& line) {
  advance(line);
  line.served.emplace(line.given + (static_cast<Int128>(request.wait.work) << kFraction), &request);
  begin_service(request, line);
  schedule_next(line);
}

void RatedStation::schedule_next(RatedLine& line) {
  if (line.next.is_set()) {
    simulation_.kernel().cancel(line.next);
    line.next = {};
  }
  if (line.served.empty()) {
    return;
  }
  const Int128 left = std::max<Int128>(0, line.served.begin()->first - line.given);
  const Int128 wait = (left + speed(line) - 1) / speed(line);
  const Int128 longest = kEndOfTime.ns - simulation_.now().ns;
  line.next =
      simulation_.kernel().schedule(simulation_.now() + Duration{static_cast<std::int64_t>(std::min(wait, longest))},
                                    Phase::release, {&RatedStation::on_due, &line, 0});
}

void RatedStation::on_due(void* who, std::uint64_t) {
  auto& line = *static_cast<RatedLine*>(who);
  RatedStation& station = *line.station;
  line.next = {};
  station.advance(line);
  std::vector<Request*> done;
  while (!line.served.empty() && line.served.begin()->first <= line.given) {
    done.push_back(line.served.begin()->second);
    line.served.erase(line.served.begin());
  }
  for (Request* request : done) {
    station.end_service(*request, true);
    station.simulation_.wake(*request, Phase::release);
  }
  station.serve_line(line);
  station.schedule_next(line);
}

bool RatedStation::interrupt(Request& request) {
  auto& line = static_cast<RatedLine&>(*request.served_member);
  advance(line);
  line.served.erase(std::find_if(line.served.begin(), line.served.end(),
                                 [&](const auto& served) { return served.second == &request; }));
  end_service(request, false);
  serve_line(line);
  schedule_next(line);
  return true;
}

}  // namespace loadstone
