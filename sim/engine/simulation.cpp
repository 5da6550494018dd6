#include "sim/engine/simulation.hpp"

#include <algorithm>

#include "sim/base/check.hpp"
#include "sim/engine/flow_watch.hpp"
#include "sim/engine/interpreter.hpp"
#include "sim/engine/outages.hpp"
#include "sim/engine/scopes.hpp"

namespace loadstone {

SimTime SourcePlan::stops_at(const Simulation& simulation, bool told_to_stop) const {
  const RunSettings& settings = simulation.settings();
  const SimTime lasts = SimTime{} + simulation.model().end;
  if (constant && !told_to_stop && SimTime{} + end >= std::min(lasts, settings.measure_until)) {
    return settings.drain ? kEndOfTime : settings.measure_until;
  }
  return std::min(SimTime{} + end, settings.measure_until);
}

Simulation::Simulation(const Model& model, const RunSettings& settings, Kernel& kernel)
    : model_(model),
      settings_(settings),
      kernel_(kernel),
      key_(combine(combine(mix(0), settings.seed), settings.replication)),
      meters_(model.resources.size()),
      flows_(model.flows.size()),
      marks_(model.marks.size()) {
  for (FlowStats& flow : flows_) {
    flow.errors.resize(model.errors.size());
  }
  if (!model.faults.empty()) {
    outages_ = std::make_unique<Outages>(*this);
  }
  if (!model.windows.empty() || !model.faults.empty()) {
    watch_ = std::make_unique<FlowWatch>(*this);
  }
  for (const Flow& flow : model.flows) {
    const Op* entry = &model.program[flow.entry];
    entries_.push_back(entry->execute == &op_jump ? &model.program[entry->target] : entry);
  }
  for (const auto& plan : model.resources) {
    resources_.push_back(plan->instantiate(*this));
  }
  for (const auto& plan : model.sources) {
    sources_.push_back(plan->instantiate(*this));
  }
}

Simulation::~Simulation() = default;

bool Simulation::is_relieved(const std::string& resource) const {
  return settings_.everything_relieved ||
         std::find(settings_.relieved.begin(), settings_.relieved.end(), resource) != settings_.relieved.end();
}

void Simulation::start_sources() {
  if (outages_ != nullptr) {
    outages_->start();
  }
  if (watch_ != nullptr) {
    watch_->start();
  }
  for (const auto& source : sources_) {
    source->start();
  }
}

// --- requests ---------------------------------------------------------------------------------------------------

void Simulation::put_back(Request& request) {
  request.next_in_flight = free_;
  free_ = &request;
}

[[gnu::noinline]] void Simulation::add_requests() {
  constexpr std::size_t kTogether = 64;
  pool_.push_back(std::make_unique<Request[]>(kTogether));
  for (std::size_t i = kTogether; i-- > 0;) {
    put_back(pool_.back()[i]);
  }
}

inline Request& Simulation::take() {
  if (free_ == nullptr) [[unlikely]] {
    add_requests();
  }
  Request& request = *free_;
  free_ = request.next_in_flight;
  return request;
}

Request& Simulation::create(FlowId flow, Key key, const Op* pc, const std::vector<double>& attributes) {
  Request& request = take();
  request.simulation = this;
  request.pc = pc;
  request.error = kNoError;
  request.unwind_to = Request::kNoDepth;
  request.orphan = false;
  request.entered = false;
  request.cancelled = false;
  request.served_depth = -1;
  request.counted = true;
  request.flow = flow;
  request.arrived = now();
  request.sampled = is_sampled(request.arrived);
  request.key = key;
  request.draws = key;
  if (!attributes.empty() || !request.attributes.empty()) {
    request.attributes.assign(attributes.begin(), attributes.end());
  }
  request.doing_since = request.arrived;
  request.doing = Doing::own;
  request.doing_on = 0;
  request.parent = nullptr;
  request.first_branch = nullptr;
  request.branches = 0;
  request.ending = {};
  request.served_by = nullptr;
  request.previous_in_flight = nullptr;
  request.next_in_flight = first_;
  if (first_ != nullptr) {
    first_->previous_in_flight = &request;
  }
  first_ = &request;
  ++in_flight_;
  return request;
}

Request& Simulation::admit(const Arrival& arrival, const Op* entry) {
  Request& request = create(arrival.flow, arrival.key, entry, *arrival.attributes);
  request.number = arrival.number;
  if (arrival.ending.run != nullptr) {  // it was just filled in, and is not ready to be copied as a whole
    request.ending = arrival.ending;
  }
  FlowStats& stats = flows_[arrival.flow];
  ++stats.run.offered;
  ++stats.run.started;
  if (request.sampled) {
    ++stats.sample.offered;
    ++stats.sample.started;
    ++sampled_in_flight_;
    if (watch_ != nullptr) [[unlikely]] {
      watch_->offered(stats, request.arrived);
    }
  }
  if (in_flight_ > model_.limits.max_in_flight) [[unlikely]] {
    throw RunawayError("more than " + std::to_string(model_.limits.max_in_flight) +
                       " requests are in flight (limits.max_in_flight)");
  }
  return request;
}

// One function of what all arrivals do; steps are none of it.
[[gnu::flatten]] void Simulation::start(const Arrival& arrival) {
  Request& request = admit(arrival, entries_[arrival.flow]);
  request.entered = true;
  entered_ += request.sampled ? 1 : 0;
  advance(*this, request);
}

void Simulation::spawn(FlowId flow, Key key, const Op* entry, const Request& parent) {
  const Arrival arrival{
      .flow = flow, .key = key, .number = parent.number, .attributes = &parent.attributes, .ending = {}};
  wake(admit(arrival, entry), Phase::wake);
}

void Simulation::drop(FlowId flow, std::uint64_t count) {
  FlowStats& stats = flows_[flow];
  stats.run.offered += count;
  stats.run.dropped += count;
  if (is_sampled(now())) {
    stats.sample.offered += count;
    stats.sample.dropped += count;
    if (watch_ != nullptr) {
      watch_->dropped(stats, now(), count);
    }
  }
}

// What the statistics of its flow see of the end.
inline void Simulation::record_end(const Request& request) {
  if (!request.counted) {
    return;
  }
  FlowStats& stats = flows_[request.flow];
  const std::int64_t took = (now() - request.arrived).ns;
  const bool failed = request.error != kNoError;
  ++(failed ? stats.run.failed : stats.run.completed);
  if (!failed && is_sampled(now())) {
    ++stats.completed_in_window;
    entered_completed_ += request.entered ? 1 : 0;
  }
  if (settings_.note_ends) [[unlikely]] {
    ends_.push_back({.key = request.key, .at = now(), .flow = request.flow, .error = request.error});
  }
  if (watch_ != nullptr) [[unlikely]] {
    watch_->ended(stats, {.arrived = request.arrived, .sampled = request.sampled, .failed = failed});
  }
  if (!request.sampled) {
    return;
  }
  if (--sampled_in_flight_ == 0 && draining_) {
    kernel_.finish();
  }
  if (failed) {
    ++stats.sample.failed;
    ++stats.errors[request.error];
    stats.failure.record(took);
  } else {
    ++stats.sample.completed;
    stats.latency.record(took);
  }
}

void Simulation::abandon(Request& request) {
  record_end(request);
  const Ending ending = request.ending;
  request.ending = {};
  request.counted = false;
  request.orphan = true;
  if (ending.run != nullptr) {
    ending.run(ending.object, ending.argument, request);
  }
}

void Simulation::finish(Request& request) {
  LOADSTONE_DEBUG_CHECK(request.frames.empty() && request.holds.empty(), "a request ended inside a scope");
  record_end(request);
  settle(request);
  if (request.ending.run != nullptr) {
    request.ending.run(request.ending.object, request.ending.argument, request);
  }
  (request.previous_in_flight == nullptr ? first_ : request.previous_in_flight->next_in_flight) =
      request.next_in_flight;
  if (request.next_in_flight != nullptr) {
    request.next_in_flight->previous_in_flight = request.previous_in_flight;
  }
  --in_flight_;
  put_back(request);
}

// --- waiting ----------------------------------------------------------------------------------------------------

void Simulation::resume(Request& request) {
  doing(request, Doing::own, 0);
  last_resumed_ = request.flow;
  advance(*this, request);
}

Action Simulation::resuming(Request& request) {
  return {[](void* who, std::uint64_t) {
            Request& woken = *static_cast<Request*>(who);
            woken.wake = {};
            woken.simulation->resume(woken);
          },
          &request, 0};
}

void Simulation::wake_at(Request& request, SimTime at, Phase phase) {
  request.wake = kernel_.schedule(at, phase, resuming(request));
}

void Simulation::add_hold(Request& request, Resource* at, Member* member, std::int64_t amount, std::int64_t unit) {
  settle(request);
  request.doing = Doing::own;
  request.doing_on = 0;
  Hold& hold = request.holds.emplace_back();
  hold.at = at;
  hold.member = member;
  hold.since = now();
  hold.amount = amount;
  hold.unit = unit;
  hold.depth = static_cast<std::uint32_t>(request.frames.size());
  hold.row = at->row();
}

std::ptrdiff_t Simulation::find_hold(const Request& request, ResourceIndex row) {
  for (std::ptrdiff_t i = static_cast<std::ptrdiff_t>(request.holds.size()) - 1; i >= 0; --i) {
    if (request.holds[static_cast<std::size_t>(i)].row == row) {
      return i;
    }
  }
  return -1;
}

void Simulation::release_last(Request& request, ResourceIndex row) {
  const std::ptrdiff_t index = find_hold(request, row);
  LOADSTONE_CHECK(index >= 0, "released '" + model_.resources[row]->name + "', which is not held");
  release_hold(request, static_cast<std::size_t>(index));
}

void Simulation::release_hold(Request& request, std::size_t index) {
  settle(request);
  const Hold hold = request.holds[index];
  request.holds.erase(request.holds.begin() + static_cast<std::ptrdiff_t>(index));
  end_hold(hold);
}

void Simulation::end_hold(const Hold& hold) {
  count_hold(hold.row, hold.since, hold.amount);
  hold.at->release(hold);
}

void Simulation::count_hold(RowId row, SimTime since, std::int64_t amount) {
  Meter& meter = meters_[row];
  const std::int64_t held = (now() - since).ns;
  meter.hold_sum += static_cast<Int128>(held) * amount;
  if (amount != 0 && is_sampled(since)) {
    meter.hold.record(held);
  }
}

void Simulation::release_deeper(Request& request, std::size_t depth) {
  while (!request.holds.empty() && request.holds.back().depth > depth) {
    release_hold(request, request.holds.size() - 1);
  }
}

// --- observations -----------------------------------------------------------------------------------------------

void Simulation::mark_edge() {
  for (std::size_t row = 0; row < resources_.size(); ++row) {
    meters_[row].at_edge.push_back(resources_[row]->totals(now()));
  }
  for (FlowStats& flow : flows_) {
    flow.completed_at_edge.push_back(flow.run.completed);
    flow.offered_at_edge.push_back(flow.run.offered);
    flow.latency_at_edge.push_back({flow.latency.sum(), flow.latency.count()});
  }
}

}  // namespace loadstone
