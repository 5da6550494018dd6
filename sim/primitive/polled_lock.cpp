#include "sim/primitive/polled_lock.hpp"

#include <algorithm>

#include "sim/base/check.hpp"
#include "sim/engine/interpreter.hpp"
#include "sim/engine/simulation.hpp"

namespace loadstone {

namespace {

constexpr std::int64_t kNoLimit = std::int64_t{1} << 60;

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
        auto key = std::make_unique<LockKey>(relieved_ ? kNoLimit : 1);
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

// Under a ttl or a limit nobody waits for ever, which is what a set `patience` tells the search for deadlocks; it stays
// set while a command is under way.
void PolledLock::set_timer(Request& request, SimTime at, Phase phase, void (*run)(void*, std::uint64_t)) {
  EventId& timer = plan_.ttl || plan_.blocking_timeout ? request.wait.patience : request.wake;
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
  command.process.resume();
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

// --- the key ------------------------------------------------------------------------------------------------------

std::int64_t PolledLock::set(LockKey& key, Request* holder) {
  const std::int64_t token = ++tokens_;
  key.owner = token;
  key.level.use(simulation_.now(), 1);
  if (plan_.ttl) {
    const EventId event =
        simulation_.kernel().schedule(simulation_.now() + *plan_.ttl, Phase::expire,
                                      {&PolledLock::on_expiry, this, static_cast<std::uint64_t>(token)});
    expiries_.emplace(token, Expiry{&key, holder, event});
  }
  return token;
}

void PolledLock::on_answer_to_nobody(void* self, std::uint64_t where, Request& command) {
  PolledLock& lock = *static_cast<PolledLock*>(self);
  LockKey& key = *reinterpret_cast<LockKey*>(where);
  if (lock.relieved_ || key.owner != 0 || command.error != kNoError) {
    return;
  }
  lock.simulation_.count_mark(lock.plan_.leaked);
  lock.leaked_.push_back({.at = &lock,
                          .member = &key,
                          .since = lock.simulation_.now(),
                          .amount = 1,
                          .unit = lock.set(key, nullptr),
                          .depth = 0,
                          .row = lock.row_});
}

void PolledLock::on_expiry(void* self, std::uint64_t token_of_key) {
  PolledLock& lock = *static_cast<PolledLock*>(self);
  const auto token = static_cast<std::int64_t>(token_of_key);
  const Expiry expiry = lock.expiries_.at(token);
  lock.expiries_.erase(token);
  LockKey& key = *expiry.key;
  key.owner = key.owner == token ? 0 : key.owner;
  key.level.use(lock.simulation_.now(), -1);
  if (expiry.holder != nullptr) {
    ++key.level.completed;
    lock.lose(*expiry.holder, token);
    return;
  }
  const auto at =
      std::find_if(lock.leaked_.begin(), lock.leaked_.end(), [&](const Hold& hold) { return hold.unit == token; });
  lock.simulation_.meter(lock.row_).hold_sum += (lock.simulation_.now() - at->since).ns;
  lock.leaked_.erase(at);
}

namespace {

Hold* find_token(Request& request, const Resource* at, std::int64_t token) {
  const auto hold = std::find_if(request.holds.begin(), request.holds.end(),
                                 [&](const Hold& h) { return h.at == at && h.unit == token; });
  return hold == request.holds.end() ? nullptr : &*hold;
}

}  // namespace

// The hold ends for the accounts; the holder does not know, and keeps a hold of nothing until it releases it. A timeout
// may have moved the hold from the request that took it to the one that went on.
void PolledLock::lose(Request& taker, std::int64_t token) {
  Request* holder = &taker;
  Hold* hold = find_token(taker, this, token);
  for (Request* r = simulation_.first_in_flight(); hold == nullptr && r != nullptr; r = r->next_in_flight) {
    holder = r;
    hold = find_token(*r, this, token);
  }
  LOADSTONE_CHECK(hold != nullptr, "nobody holds the key of '" + plan_.name + "' that expires");
  simulation_.doing(*holder, holder->doing, holder->doing_on);
  simulation_.count_hold(row_, hold->since);
  hold->amount = 0;
}

void PolledLock::lose_server(bool forgets) {
  if (!forgets) {
    return;
  }
  const auto forget = [&](const Hold& hold) {
    LockKey& key = static_cast<LockKey&>(*hold.member);
    stop_expiry(hold.unit);
    key.owner = key.owner == hold.unit ? 0 : key.owner;
    key.level.use(simulation_.now(), -1);
  };
  for (Request* r = simulation_.first_in_flight(); r != nullptr; r = r->next_in_flight) {
    for (Hold& hold : r->holds) {
      if (hold.at != this || hold.amount == 0) {
        continue;
      }
      simulation_.doing(*r, r->doing, r->doing_on);
      simulation_.count_hold(row_, hold.since);
      forget(hold);
      ++hold.member->level.completed;
      hold.amount = 0;
    }
  }
  for (const Hold& hold : leaked_) {
    simulation_.meter(row_).hold_sum += (simulation_.now() - hold.since).ns;
    forget(hold);
  }
  leaked_.clear();
}

void PolledLock::stop_expiry(std::int64_t token) {
  if (const auto expiry = expiries_.find(token); expiry != expiries_.end()) {
    simulation_.kernel().cancel(expiry->second.event);
    expiries_.erase(expiry);
  }
}

void PolledLock::release(const Hold& hold) {
  LockKey& key = static_cast<LockKey&>(*hold.member);
  come_out(key);
  if (hold.amount == 0) {
    simulation_.count_mark(plan_.not_owned);
    return;
  }
  stop_expiry(hold.unit);
  key.owner = key.owner == hold.unit ? 0 : key.owner;
  key.level.use(simulation_.now(), -1);
  ++key.level.completed;
}

void PolledLock::go_in(LockKey& key) {
  if (++key.inside == 2 && !relieved_) {
    key.overlap_since = simulation_.now();
    simulation_.resource<LockOverlap>(plan_.overlap).begin();
  }
}

void PolledLock::come_out(LockKey& key) {
  if (key.inside-- == 2 && !relieved_) {
    simulation_.resource<LockOverlap>(plan_.overlap).end(key.overlap_since);
  }
}

void PolledLock::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& key : keys_.all()) {
    visit(*key);
  }
}

void PolledLock::for_each_owned_hold(const std::function<void(const Hold&)>& visit) const {
  for (const Hold& hold : leaked_) {
    visit(hold);
  }
  for (const auto& key : keys_.all()) {
    if (key->inside >= 2 && !relieved_) {
      visit({.at = nullptr,
             .member = nullptr,
             .since = key->overlap_since,
             .amount = 1,
             .unit = -1,
             .depth = 0,
             .row = plan_.overlap});
    }
  }
}

// --- overlaps -----------------------------------------------------------------------------------------------------

std::unique_ptr<Resource> LockOverlapPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<LockOverlap>(simulation, *this);
}

LockOverlap::LockOverlap(Simulation& simulation, const LockOverlapPlan& plan)
    : Resource(simulation, plan.row), all_(kNoLimit) {}

void LockOverlap::begin() {
  ++all_.level.arrivals;
  ++all_.level.granted;
  all_.level.use(simulation_.now(), 1);
}

void LockOverlap::end(SimTime since) {
  simulation_.count_hold(row_, since);
  all_.level.use(simulation_.now(), -1);
  ++all_.level.completed;
}

}  // namespace loadstone
