#include "sim/primitive/polled_lock.hpp"

#include "sim/engine/interpreter.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

namespace {

// What a poller keeps in its place in line.
std::uint64_t& retries(Wait& wait) {
  return wait.sequence;
}  // attempts after the first
double& pause_before(Wait& wait) {
  return wait.rank;
}  // ns
std::int64_t& give_up_at(Wait& wait) {
  return wait.work;
}  // ns
Request*& command_under_way(Wait& wait) {
  return wait.next;
}  // nullptr: it sleeps

// The operation at which a poller waits.
const Op& step_of(const Request& request) {
  return request.pc[-1];
}
const PolledLockStep& plan_of(const Op& op) {
  return *static_cast<const PolledLockStep*>(op.plan);
}

}  // namespace

Progress op_polled_lock_begin(Simulation& simulation, Request& request, const Op& op) {
  const auto& lock = simulation.resource<PolledLock>(op.target);
  push_frame(request, op).a = (simulation.now() + *lock.plan().blocking_timeout).ns;
  return Progress::next;
}

Progress op_polled_lock_take(Simulation& simulation, Request& request, const Op& op) {
  const SimTime give_up{plan_of(op).limited ? pop_frame(simulation, request).a : INT64_MAX};
  return simulation.resource<PolledLock>(plan_of(op).lock).take(request, op, give_up);
}

std::unique_ptr<Resource> PolledLockPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<PolledLock>(simulation, *this);
}

PolledLock::PolledLock(Simulation& simulation, const PolledLockPlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      relieved_(simulation.is_relieved(plan.name)),
      keys_(plan.member_attributes, [this](const Request* first) {
        auto key = std::make_unique<LockKey>(relieved_ ? kUnlimitedUnits : 1);
        key->label = member_label(simulation_, plan_, first);
        return key;
      }) {}

// --- taking it ----------------------------------------------------------------------------------------------------

Progress PolledLock::take(Request& request, const Op& op, SimTime give_up) {
  LockKey& key = keys_.of(request);
  ++key.level.arrivals;
  if (is_free(key)) {
    grant(request, key, 0);
    return Progress::next;
  }
  const SimTime now = simulation_.now();
  Wait& wait = request.wait;
  wait.at = this;
  wait.member = &key;
  wait.since = now;
  wait.amount = 1;
  wait.patience = {};
  retries(wait) = 0;
  pause_before(wait) = 0;
  give_up_at(wait) = give_up.ns;
  command_under_way(wait) = nullptr;
  key.level.enter_line(now);
  simulation_.doing(request, Doing::waiting, row_);
  ask_later(request, plan_of(op).reply.duration(simulation_, request, plan_of(op).reply_site));
  return Progress::waits;
}

// The attempt has failed and its answer comes after `reply`; the client sleeps from then on, unless it gives up.
void PolledLock::ask_later(Request& request, Duration reply) {
  Wait& wait = request.wait;
  const Key site = step_of(request).site;
  const Key draws = request.draws;
  ++retries(wait);
  request.draws = combine(draws, site + retries(wait));
  const double pause =
      plan_.pause.pause_ns(simulation_, request, site, static_cast<std::int64_t>(retries(wait)), pause_before(wait));
  request.draws = draws;
  pause_before(wait) = pause;
  const SimTime answered = simulation_.now() + reply;
  const SimTime next = answered + whole_ns(pause);
  if (next.ns > give_up_at(wait)) {
    set_timer(request, answered, Phase::expire, &PolledLock::on_give_up);
  } else {
    set_timer(request, next, Phase::wake, &PolledLock::on_poll);
  }
}

// Under a ttl that is not renewed, or a limit, nobody waits for ever, which is what a set `patience` tells the search
// for deadlocks; it stays set while a command is under way.
void PolledLock::set_timer(Request& request, SimTime at, Phase phase, void (*run)(void*, std::uint64_t)) {
  const bool ends = (plan_.ttl && !plan_.renew) || plan_.blocking_timeout;
  EventId& timer = ends ? request.wait.patience : request.wake;
  timer = simulation_.kernel().schedule(at, phase, {run, this, reinterpret_cast<std::uint64_t>(&request)});
}

void PolledLock::on_poll(void* self, std::uint64_t who) {
  PolledLock& lock = *static_cast<PolledLock*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  Simulation& simulation = lock.simulation_;
  const Op& op = step_of(request);
  request.wake = {};
  Request& command = simulation.create(request.flow, request.key, &simulation.model().program[plan_of(op).attempt],
                                       request.attributes);
  command.draws = combine(request.draws, op.site + retries(request.wait));
  command.number = request.number;
  command.counted = false;
  command.orphan = true;
  command.ending = {&PolledLock::on_answer, self, who};
  command_under_way(request.wait) = &command;
  advance(simulation, command);
}

void PolledLock::on_answer(void* self, std::uint64_t who, Request& command) {
  PolledLock& lock = *static_cast<PolledLock*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  Wait& wait = request.wait;
  LockKey& key = static_cast<LockKey&>(*wait.member);
  command_under_way(wait) = nullptr;
  if (command.error != kNoError) {  // the server did not take it
    lock.leave_line(request);
    request.error = command.error;
    lock.simulation_.wake(request, Phase::release);
    return;
  }
  if (!lock.is_free(key)) {
    const PolledLockStep& step = plan_of(step_of(request));
    lock.ask_later(request, step.reply.duration(lock.simulation_, command, step.reply_site));
    return;
  }
  lock.remove_from_line(request);
  lock.grant(request, key, (lock.simulation_.now() - wait.since).ns);
  lock.simulation_.wake(request, Phase::release);
}

void PolledLock::on_give_up(void* self, std::uint64_t who) {
  PolledLock& lock = *static_cast<PolledLock*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  request.wake = {};
  lock.leave_line(request);
  request.error = lock.plan_.timed_out;
  lock.simulation_.resume(request);
}

void PolledLock::leave_line(Request& request) {
  LockKey& key = static_cast<LockKey&>(*request.wait.member);
  ++key.level.timed_out;
  if (Request* command = command_under_way(request.wait); command != nullptr) {
    command->ending = {&PolledLock::on_answer_to_nobody, this, reinterpret_cast<std::uint64_t>(&key)};
    command_under_way(request.wait) = nullptr;
  }
  remove_from_line(request);
}

void PolledLock::remove_from_line(Request& request) {
  end_wait(request);
  if (request.wake.is_set()) {
    simulation_.kernel().cancel(request.wake);
    request.wake = {};
  }
}

void PolledLock::grant(Request& request, LockKey& key, std::int64_t waited_ns) {
  ++key.level.granted;
  key.level.waited += waited_ns > 0 ? 1 : 0;
  if (simulation_.is_sampled(SimTime{simulation_.now().ns - waited_ns})) {
    simulation_.meter(row_).wait.record(waited_ns);
  }
  const std::int64_t token = set(key, &request);
  simulation_.add_hold(request, {.at = this, .member = &key, .since = {}, .amount = 1, .unit = token});
  go_in(key);
}

}  // namespace loadstone
