#include "sim/primitive/group_commit.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> GroupCommitPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<GroupCommit>(simulation, *this);
}

GroupCommit::GroupCommit(Simulation& simulation, const GroupCommitPlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      log_(1),
      key_(simulation.key_of(plan.name)),
      relieved_(simulation.is_relieved(plan.name)) {}

Progress GroupCommit::commit(Request& request) {
  ++log_.level.arrivals;
  request.wait.since = simulation_.now();
  if (relieved_) {
    simulation_.doing(request, Doing::served, row_);
    simulation_.wake_at(request, simulation_.now() + whole_ns(plan_.flush.mean()), Phase::wake);
    return Progress::waits;
  }
  if (log_.level.in_use() > 0) {
    request.wait.at = this;
    request.wait.member = &log_;
    log_.level.enter_line(simulation_.now());
    simulation_.doing(request, Doing::waiting, row_);
    next_.push_back(&request);
    return Progress::waits;
  }
  join_flush(request);
  begin_flush();
  return Progress::waits;
}

void GroupCommit::join_flush(Request& request) {
  Meter& meter = simulation_.meter(row_);
  const std::int64_t waited = (simulation_.now() - request.wait.since).ns;
  ++log_.level.granted;
  log_.level.waited += waited > 0 ? 1 : 0;
  meter.wait_sum += waited;
  if (simulation_.is_sampled(request.wait.since)) {
    meter.wait.record(waited);
  }
  begin_service(request, log_);
  flushing_.push_back(&request);
}

void GroupCommit::begin_flush() {
  log_.level.use(simulation_.now(), 1);
  const Draw draw = draw_of(key_, mix(flushes_++), 0);
  const double ns = simulation_.settings().expected_values ? plan_.flush.mean() : plan_.flush.sample(draw);
  simulation_.kernel().schedule(plan_.end_of(simulation_.now(), whole_ns(ns)), Phase::release,
                                {&GroupCommit::on_flushed, this, 0});
}

void GroupCommit::leave_line(Request& request) {
  next_.erase(std::find(next_.begin(), next_.end(), &request));
  ++log_.level.timed_out;
  end_wait(request);
}

bool GroupCommit::evict(Request& request) {
  flushing_.erase(std::find(flushing_.begin(), flushing_.end(), &request));
  request.served_by = nullptr;
  return true;
}

void GroupCommit::on_flushed(void* self, std::uint64_t) {
  GroupCommit& log = *static_cast<GroupCommit*>(self);
  Simulation& simulation = log.simulation_;
  std::vector<Request*> done;
  done.swap(log.flushing_);
  log.log_.level.use(simulation.now(), -1);
  std::vector<Request*> next;
  next.swap(log.next_);
  for (Request* request : next) {
    log.log_.level.leave_line(simulation.now());
    request->wait.at = nullptr;
    log.join_flush(*request);
  }
  if (!next.empty()) {
    log.begin_flush();
  }
  for (Request* request : done) {
    ++log.log_.level.completed;
    request->served_by = nullptr;
    simulation.resume(*request);
  }
}

}  // namespace loadstone
