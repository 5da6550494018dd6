#include "sim/primitive/batch_station.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> BatchStationPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<BatchStation>(simulation, *this);
}

// Without a limit nobody waits for a server, and so nobody for company.
BatchStation::BatchStation(Simulation& simulation, const BatchStationPlan& plan)
    : Slots(simulation, plan, &make_line<BatchLine>),
      batch_(plan),
      servers_(simulation.is_relieved(plan.name) ? INT64_MAX : plan.servers),
      enough_(simulation.is_relieved(plan.name)
                  ? 1
                  : static_cast<std::size_t>(plan.timeout ? plan.preferred.value_or(plan.max) : plan.min)) {}

Progress BatchStation::visit(Request& request, Duration work, double rank, const std::optional<Duration>& patience) {
  auto& line = static_cast<BatchLine&>(lines_.of(request));
  line.station = this;
  ++line.level.arrivals;
  request.wait.work = work.ns;
  if (is_server_free(line) && line.queue.size() + 1 >= enough_) {
    join_line(request, line, 1, rank, {});
    form(line);
    return Progress::waits;
  }
  const Progress progress = enter_line(request, line, 1, rank, patience);
  if (progress == Progress::waits) {
    form(line);
  }
  return progress;
}

void BatchStation::form(BatchLine& line) {
  while (is_server_free(line) && !line.queue.empty()) {
    if (line.queue.size() < enough_) {
      if (!batch_.timeout) {
        return;
      }
      const SimTime due = line.queue.front().wait.since + *batch_.timeout;
      if (due > simulation_.now()) {
        if (line.timer.is_set() && line.due <= due) {
          return;  // it comes back then
        }
        if (line.timer.is_set()) {
          simulation_.kernel().cancel(line.timer);
        }
        line.due = due;
        line.timer = simulation_.kernel().schedule(due, Phase::release, {&BatchStation::on_timeout, &line, 0});
        return;
      }
    }
    start(line);
  }
}

void BatchStation::on_timeout(void* who, std::uint64_t) {
  auto& line = *static_cast<BatchLine*>(who);
  line.timer = {};
  line.station->form(line);
}

void BatchStation::start(BatchLine& line) {
  if (line.unused.empty()) {
    line.unused.push_back(static_cast<std::uint32_t>(line.batches.size()));
    line.batches.push_back(std::make_unique<Batch>());
    *line.batches.back() = {this, &line, line.unused.back(), {}, {}};
  }
  Batch& batch = *line.batches[line.unused.back()];
  line.unused.pop_back();
  ++line.busy;
  const SimTime now = simulation_.now();
  const std::size_t size = std::min(line.queue.size(), static_cast<std::size_t>(batch_.max));
  for (std::size_t i = 0; i < size; ++i) {
    Request& member = line.queue.front();
    remove_from_line(member, line);
    line.level.use(now, 1);
    count_grant(line, member, (now - member.wait.since).ns);
    member.wait.position = batch.number;
    begin_service(member, line);
    batch.members.push_back(&member);
  }
  const Duration work{batch.members.front()->wait.work + batch_.per_member.ns * static_cast<std::int64_t>(size)};
  batch.completion =
      simulation_.kernel().schedule(plan_.end_of(now, work), Phase::release, {&BatchStation::on_completion, &batch, 0});
}

void BatchStation::on_completion(void* who, std::uint64_t) {
  Batch& batch = *static_cast<Batch*>(who);
  BatchStation& station = *batch.station;
  for (Request* member : batch.members) {
    station.end_service(*member, true);
    station.simulation_.wake(*member, Phase::release);
  }
  batch.members.clear();
  station.free_server(batch);
}

void BatchStation::free_server(Batch& batch) {
  BatchLine& line = *batch.line;
  batch.completion = {};
  --line.busy;
  line.unused.push_back(batch.number);
  form(line);
}

void BatchStation::leave_line(Request& request) {
  auto& line = static_cast<BatchLine&>(*request.wait.member);
  ++line.level.timed_out;
  remove_from_line(request, line);
}

bool BatchStation::interrupt(Request& request) {
  auto& line = static_cast<BatchLine&>(*request.served_member);
  Batch& batch = *line.batches[request.wait.position];
  batch.members.erase(std::find(batch.members.begin(), batch.members.end(), &request));
  end_service(request, false);
  if (batch.members.empty()) {
    simulation_.kernel().cancel(batch.completion);
    free_server(batch);
  }
  return true;
}

}  // namespace loadstone
