#include "sim/primitive/slots.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

std::unique_ptr<Resource> SlotsPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<Slots>(simulation, *this);
}

namespace {

std::int64_t whole_capacity(const Simulation& simulation, const ResourcePlan& plan) {
  return simulation.is_relieved(plan.name) || !plan.is_limited() ? kUnlimitedUnits
                                                                 : static_cast<std::int64_t>(plan.capacity);
}

}  // namespace

Slots::Slots(Simulation& simulation, const SlotsPlan& plan) : Slots(simulation, plan, &make_line<Line>) {}

Slots::Slots(Simulation& simulation, const SlotsPlan& plan, MakeLine make)
    : Resource(simulation, plan.row),
      plan_(plan),
      sweep_(simulation, plan.sweep),
      lines_(plan.member_attributes, [this, make](const Request* first) {
        auto line = make(whole_capacity(simulation_, plan_), plan_.discipline,
                         combine(simulation_.key_of(plan_.name), lines_.all().size()));
        line->label = member_label(simulation_, plan_, first);
        return line;
      }) {}

Progress Slots::acquire(Request& request, std::int64_t amount, double rank, const std::optional<Duration>& patience) {
  Line& line = lines_.of(request);
  ++line.level.arrivals;
  request.wait.mode = 0;
  request.wait.since = simulation_.now();
  if (is_free(line, amount)) {
    line.level.use(simulation_.now(), amount);
    count_grant(line, request, 0);
    simulation_.add_hold(request, {.at = this, .member = &line, .since = {}, .amount = amount});
    return Progress::next;
  }
  return enter_line(request, line, amount, rank, patience);
}

std::int64_t Slots::in_use() {
  return lines_.all().front()->level.in_use();
}

std::int64_t Slots::capacity() {
  return lines_.all().front()->level.capacity();
}

std::int64_t Slots::waiting() const {
  std::int64_t waiting = 0;
  for (const auto& line : lines_.all()) {
    waiting += line->level.waiting();
  }
  return waiting;
}

void Slots::refuse(Request& request, ErrorId error) {
  Line& line = lines_.of(request);
  ++line.level.arrivals;
  ++line.level.refused;
  request.error = error;
}

std::optional<Hold> Slots::take_unowned() {
  Line& line = *lines_.all().front();
  ++line.level.arrivals;
  if (!is_free(line, 1)) {
    ++line.level.refused;
    return std::nullopt;
  }
  ++line.level.granted;
  line.level.use(simulation_.now(), 1);
  Hold hold;
  hold.at = this;
  hold.member = &line;
  hold.since = simulation_.now();
  hold.row = row_;
  return hold;
}

Progress Slots::enter_line(Request& request, Line& line, std::int64_t amount, double rank,
                           const std::optional<Duration>& own_patience) {
  const std::optional<Duration>& patience = own_patience ? own_patience : plan_.patience;
  const bool refused = plan_.queue_limit && static_cast<std::int64_t>(line.queue.size()) >= *plan_.queue_limit;
  if (refused || (patience && patience->ns == 0)) {
    ++(refused ? line.level.refused : line.level.timed_out);
    request.error = refused ? plan_.refused : plan_.timed_out;
    return Progress::next;
  }
  return join_line(request, line, amount, rank, patience);
}

Progress Slots::join_line(Request& request, Line& line, std::int64_t amount, double rank,
                          const std::optional<Duration>& patience) {
  const SimTime now = simulation_.now();
  Wait& wait = request.wait;
  wait.at = this;
  wait.member = &line;
  wait.since = now;
  wait.amount = amount;
  wait.rank = rank;
  line.level.enter_line(now);
  line.queue.push(request);
  simulation_.doing(request, Doing::waiting, row_);
  wait.patience = {};
  if (patience) {
    wait.patience =
        simulation_.kernel().schedule(sweep_.after(now + *patience), Phase::expire,
                                      {&Slots::on_patience, this, reinterpret_cast<std::uint64_t>(&request)});
  }
  joined(line);
  return Progress::waits;
}

void Slots::on_patience(void* self, std::uint64_t who) {
  Slots& slots = *static_cast<Slots*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  request.wait.patience = {};
  slots.leave_line(request);
  request.error = slots.plan_.timed_out;
  slots.simulation_.resume(request);
}

void Slots::leave_line(Request& request) {
  Line& line = static_cast<Line&>(*request.wait.member);
  ++line.level.timed_out;
  remove_from_line(request, line);
  serve_line(line);  // it may have been the large request that held up the others
}

void Slots::remove_from_line(Request& request, Line& line) {
  line.queue.remove(request);
  end_wait(request);
}

void Slots::end_service(Request& request, bool completed) {
  Level& level = request.served_member->level;
  simulation_.count_hold(row_, request.served_since);
  level.completed += completed ? 1 : 0;
  level.use(simulation_.now(), -1);
  request.served_by = nullptr;
}

void Slots::release(const Hold& hold) {
  Line& line = static_cast<Line&>(*hold.member);
  line.level.use(simulation_.now(), -hold.amount);
  ++line.level.completed;
  serve_line(line);
}

void Slots::serve_line(Line& line) {
  if (line.level.waiting() == 0) {
    return;  // without a look at the queue, which is elsewhere in memory
  }
  // The head is not asked for before a unit is free: a random line chooses among all who wait then.
  while (!line.queue.empty() && line.level.in_use() < line.level.capacity()) {
    Request& head = line.queue.front();
    if (line.level.in_use() + head.wait.amount > line.level.capacity()) {
      return;
    }
    remove_from_line(head, line);
    line.level.use(simulation_.now(), head.wait.amount);
    count_grant(line, head, (simulation_.now() - head.wait.since).ns);
    granted(head, line);
  }
}

void Slots::granted(Request& request, Line& line) {
  simulation_.add_hold(request, {.at = this, .member = &line, .since = {}, .amount = request.wait.amount});
  simulation_.wake(request, Phase::release);
}

void Slots::count_grant(Line& line, Request&, std::int64_t waited_ns) {
  ++line.level.granted;
  if (waited_ns > 0) {
    ++line.level.waited;
  }
  const SimTime came{simulation_.now().ns - waited_ns};
  if (simulation_.is_sampled(came)) {
    simulation_.meter(row_).wait.record(waited_ns);
  }
}

void Slots::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& line : lines_.all()) {
    visit(*line);
  }
}

}  // namespace loadstone
