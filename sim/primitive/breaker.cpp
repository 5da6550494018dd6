#include "sim/primitive/breaker.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> BreakerPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<Breaker>(simulation, *this);
}

Breaker::Breaker(Simulation& simulation, const BreakerPlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      unlimited_(simulation.is_relieved(plan.name)),
      members_(plan.member_attributes, [this](const Request* first) {
        auto circuit = std::make_unique<Circuit>(1);
        circuit->label = member_label(simulation_, plan_, first);
        return circuit;
      }) {}

Member* Breaker::permit(const Request& request) {
  Circuit& circuit = members_.of(request);
  ++circuit.level.arrivals;
  if (circuit.state == State::open && simulation_.now() >= circuit.opened_at + plan_.rules.wait) {
    enter(circuit, State::half_open);
  }
  if (circuit.state == State::open || (circuit.state == State::half_open && circuit.probes_left == 0)) {
    ++circuit.level.refused;
    return nullptr;
  }
  circuit.probes_left -= circuit.state == State::half_open ? 1 : 0;
  ++circuit.level.granted;
  return &circuit;
}

void Breaker::record(Member& member, SimTime began, ErrorId error) {
  if (error != kNoError && std::find(plan_.ignored.begin(), plan_.ignored.end(), error) != plan_.ignored.end()) {
    withdraw(member);
    return;
  }
  Circuit& circuit = static_cast<Circuit&>(member);
  ++circuit.level.completed;
  const Result result{error != kNoError, simulation_.now() - began > plan_.rules.slow_after};
  if (circuit.state == State::half_open) {
    remember(circuit, result, static_cast<std::size_t>(plan_.rules.probes));
    if (static_cast<std::int64_t>(circuit.last.size()) == std::min(plan_.rules.minimum, plan_.rules.probes)) {
      enter(circuit, is_over(circuit) ? State::open : State::closed);
    }
  } else if (circuit.state == State::closed && !unlimited_) {
    remember(circuit, result, static_cast<std::size_t>(plan_.rules.window));
    if (static_cast<std::int64_t>(circuit.last.size()) >= plan_.rules.minimum && is_over(circuit)) {
      enter(circuit, State::open);
    }
  }
}

void Breaker::withdraw(Member& member) {
  Circuit& circuit = static_cast<Circuit&>(member);
  ++circuit.level.completed;
  const auto pending = plan_.rules.probes - static_cast<std::int64_t>(circuit.last.size());
  if (circuit.state == State::half_open && circuit.probes_left < pending) {
    ++circuit.probes_left;
  }
}

void Breaker::enter(Circuit& circuit, State state) {
  const SimTime now = simulation_.now();
  if ((state == State::closed) != (circuit.state == State::closed)) {
    circuit.level.use(now, state == State::closed ? -1 : 1);
  }
  if (state == State::open) {
    circuit.opened_at = now;
    simulation_.count_mark(plan_.opened);
  }
  circuit.state = state;
  circuit.probes_left = plan_.rules.probes;
  circuit.last.clear();
  circuit.next = 0;
  circuit.failed = 0;
  circuit.slow = 0;
}

void Breaker::remember(Circuit& circuit, Result result, std::size_t window) {
  if (circuit.last.size() < window) {
    circuit.last.push_back(result);
  } else {
    Result& oldest = circuit.last[circuit.next];
    circuit.failed -= oldest.failed ? 1 : 0;
    circuit.slow -= oldest.slow ? 1 : 0;
    oldest = result;
    circuit.next = (circuit.next + 1) % window;
  }
  circuit.failed += result.failed ? 1 : 0;
  circuit.slow += result.slow ? 1 : 0;
}

bool Breaker::is_over(const Circuit& circuit) const {
  const auto calls = static_cast<double>(circuit.last.size());
  return static_cast<double>(circuit.failed) * 100 >= plan_.rules.failure_percent * calls ||
         static_cast<double>(circuit.slow) * 100 >= plan_.rules.slow_percent * calls;
}

void Breaker::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& circuit : members_.all()) {
    visit(*circuit);
  }
}

}  // namespace loadstone
