#include "sim/primitive/publish_gate.hpp"

#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

std::unique_ptr<Resource> PublishGatePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<PublishGate>(simulation, *this);
}

PublishGate::PublishGate(Simulation& simulation, const PublishGatePlan& plan)
    : Resource(simulation, plan.row), all_(kUnlimitedUnits) {}

Progress PublishGate::pass(Request& request) {
  ++all_.level.arrivals;
  if (!closed_) {
    count_pass(0);
    return Progress::next;
  }
  Wait& wait = request.wait;
  wait.at = this;
  wait.member = &all_;
  wait.since = simulation_.now();
  wait.amount = 1;
  wait.patience = {};
  all_.level.enter_line(wait.since);
  line_.push(request);
  simulation_.doing(request, Doing::waiting, row_);
  return Progress::waits;
}

void PublishGate::count_pass(std::int64_t waited_ns) {
  ++all_.level.granted;
  ++all_.level.completed;
  all_.level.waited += waited_ns > 0 ? 1 : 0;
  if (simulation_.is_sampled(SimTime{simulation_.now().ns - waited_ns})) {
    simulation_.meter(row_).wait.record(waited_ns);
  }
}

void PublishGate::open() {
  closed_ = false;
  while (!line_.empty()) {
    Request& next = line_.front();
    const std::int64_t waited = (simulation_.now() - next.wait.since).ns;
    remove_from_line(next);
    count_pass(waited);
    simulation_.wake(next, Phase::release);
  }
}

void PublishGate::remove_from_line(Request& request) {
  line_.remove(request);
  end_wait(request);
}

void PublishGate::leave_line(Request& request) {
  ++all_.level.timed_out;
  remove_from_line(request);
}

}  // namespace loadstone
