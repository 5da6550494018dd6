#include "sim/primitive/preemptive_station.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> PreemptiveStationPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<PreemptiveStation>(simulation, *this);
}

namespace {

bool before(const Request& a, const Request& b) {
  return a.wait.rank != b.wait.rank ? a.wait.rank < b.wait.rank : a.wait.sequence < b.wait.sequence;
}

}  // namespace

PreemptiveStation::PreemptiveStation(Simulation& simulation, const PreemptiveStationPlan& plan)
    : Slots(simulation, plan, &make_line<ServedLine>), lifo_(plan.lifo) {}

Progress PreemptiveStation::visit(Request& request, Duration work, double rank,
                                  const std::optional<Duration>& patience) {
  auto& line = static_cast<ServedLine&>(lines_.of(request));
  const SimTime now = simulation_.now();
  ++line.level.arrivals;
  rank = lifo_ ? -static_cast<double>(line.level.arrivals) : rank;
  Wait& wait = request.wait;
  wait.work = work.ns;
  wait.rank = rank;
  const bool is_free = line.level.in_use() < line.level.capacity();
  Request* const last = is_free ? nullptr : &last_served(line);
  const bool displaces = last != nullptr && rank < last->wait.rank && last->served_since.ns + last->wait.work > now.ns;
  if (!is_free && !displaces) {
    const Progress progress = enter_line(request, line, 1, rank, patience);
    if (progress == Progress::waits) {
      visits_[&request] = {now, work.ns};
    }
    return progress;
  }
  if (displaces) {
    displace(*last, line);
  }
  visits_[&request] = {now, work.ns};
  wait.sequence = line.queue.next_place();
  begin(request, line);
  return Progress::waits;
}

Request& PreemptiveStation::last_served(const ServedLine& line) {
  return **std::max_element(line.served.begin(), line.served.end(),
                            [](const Request* a, const Request* b) { return before(*a, *b); });
}

void PreemptiveStation::begin(Request& request, ServedLine& line) {
  const SimTime now = simulation_.now();
  ++line.level.granted;
  line.level.use(now, 1);
  line.served.push_back(&request);
  begin_service(request, line);
  request.wake = simulation_.kernel().schedule(
      now + Duration{request.wait.work}, Phase::release,
      {&PreemptiveStation::on_completion, this, reinterpret_cast<std::uint64_t>(&request)});
}

void PreemptiveStation::stop(Request& request, ServedLine& line) {
  const std::int64_t served = (simulation_.now() - request.served_since).ns;
  request.wait.work -= served;
  simulation_.meter(row_).hold_sum += served;
  line.level.use(simulation_.now(), -1);
  line.served.erase(std::find(line.served.begin(), line.served.end(), &request));
  request.served_by = nullptr;
}

void PreemptiveStation::displace(Request& request, ServedLine& line) {
  simulation_.kernel().cancel(request.wake);
  request.wake = {};
  stop(request, line);
  --line.level.granted;  // it is not any more, and counts again when it resumes
  request.wait.at = this;
  request.wait.member = &line;
  request.wait.since = simulation_.now();
  request.wait.patience = {};
  line.level.enter_line(simulation_.now());
  line.queue.put_back(request);
  simulation_.doing(request, Doing::waiting, row_);
}

void PreemptiveStation::serve_next(ServedLine& line) {
  while (!line.queue.empty() && line.level.in_use() < line.level.capacity()) {
    Request& head = line.queue.front();
    remove_from_line(head, line);
    begin(head, line);
  }
}

void PreemptiveStation::on_completion(void* self, std::uint64_t who) {
  PreemptiveStation& station = *static_cast<PreemptiveStation*>(self);
  Simulation& simulation = station.simulation_;
  Request& request = *reinterpret_cast<Request*>(who);
  auto& line = static_cast<ServedLine&>(*request.served_member);
  request.wake = {};
  station.stop(request, line);
  ++line.level.completed;
  const auto visit = station.visits_.extract(&request).mapped();
  const std::int64_t waited = (simulation.now() - visit.came).ns - visit.work;
  line.level.waited += waited > 0 ? 1 : 0;
  if (simulation.is_sampled(visit.came)) {
    simulation.meter(station.row_).wait.record(waited);
    simulation.meter(station.row_).hold.record(visit.work);
  }
  station.serve_next(line);
  simulation.resume(request);
}

void PreemptiveStation::leave_line(Request& request) {
  auto& line = static_cast<ServedLine&>(*request.wait.member);
  ++line.level.timed_out;
  remove_from_line(request, line);
  visits_.erase(&request);
}

bool PreemptiveStation::interrupt(Request& request) {
  auto& line = static_cast<ServedLine&>(*request.served_member);
  simulation_.kernel().cancel(request.wake);
  request.wake = {};
  stop(request, line);
  visits_.erase(&request);
  serve_next(line);
  return true;
}

}  // namespace loadstone
