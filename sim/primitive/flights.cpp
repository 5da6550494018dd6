#include "sim/primitive/flights.hpp"

#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

namespace {

Key flight_of(const Hold& hold) {
  return static_cast<Key>(hold.unit);
}

}  // namespace

std::unique_ptr<Resource> FlightsPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<Flights>(simulation, *this);
}

Flights::Flights(Simulation& simulation, const FlightsPlan& plan)
    : Resource(simulation, plan.row), plan_(plan), all_(kUnlimitedUnits) {}

// Of a lookup that does not wait.
void Flights::count(std::uint32_t mark) {
  ++all_.level.arrivals;
  ++all_.level.granted;
  simulation_.count_mark(mark);
  if (simulation_.is_sampled(simulation_.now())) {
    simulation_.meter(row_).wait.record(0);
  }
}

void Flights::found() {
  count(plan_.hits);
  ++all_.level.completed;
}

Progress Flights::missed(Request& request, Key key) {
  const auto flight = flights_.find(key);
  if (!plan_.single || flight == flights_.end()) {
    count(plan_.misses);
    if (plan_.single) {
      flights_.try_emplace(key);
      get(request, key);
    } else {
      ++all_.level.completed;
    }
    return Progress::next;
  }
  ++all_.level.arrivals;
  Wait& wait = request.wait;
  wait.at = this;
  wait.member = &all_;
  wait.since = simulation_.now();
  wait.amount = 1;
  wait.work = static_cast<std::int64_t>(key);
  wait.patience = {};
  all_.level.enter_line(wait.since);
  flight->second.line.push(request);
  simulation_.doing(request, Doing::waiting, row_);
  return Progress::waits;
}

void Flights::get(Request& request, Key key) {
  all_.level.use(simulation_.now(), 1);
  simulation_.add_hold(request,
                       {.at = this, .member = &all_, .since = {}, .amount = 1, .unit = static_cast<std::int64_t>(key)});
}

void Flights::stored(Request& request) {
  if (!plan_.single) {
    return;
  }
  const std::ptrdiff_t index = Simulation::find_hold(request, row_);
  flights_.at(flight_of(request.holds[static_cast<std::size_t>(index)])).stored = true;
  simulation_.release_hold(request, static_cast<std::size_t>(index));
}

void Flights::remove_from_line(Request& request, Flight& flight) {
  flight.line.remove(request);
  end_wait(request);
}

void Flights::leave_line(Request& request) {
  ++all_.level.timed_out;
  remove_from_line(request, flights_.at(static_cast<Key>(request.wait.work)));
}

void Flights::release(const Hold& hold) {
  all_.level.use(simulation_.now(), -1);
  ++all_.level.completed;
  const Key key = flight_of(hold);
  Flight& flight = flights_.at(key);
  while (!flight.line.empty()) {
    Request& next = flight.line.front();
    const std::int64_t waited = (simulation_.now() - next.wait.since).ns;
    remove_from_line(next, flight);
    ++all_.level.granted;
    all_.level.waited += waited > 0 ? 1 : 0;
    if (simulation_.is_sampled(next.wait.since)) {
      simulation_.meter(row_).wait.record(waited);
    }
    simulation_.count_mark(flight.stored ? plan_.hits : plan_.misses);
    simulation_.wake(next, Phase::release);
    if (!flight.stored) {
      get(next, key);
      return;
    }
    ++all_.level.completed;
    next.pc = &simulation_.model().program[next.pc[-1].target];
  }
  flights_.erase(key);
}

}  // namespace loadstone
