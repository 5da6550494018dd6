// What becomes of a key that was taken: it expires, is extended, lost, left behind or released; and who writes under
// it.
#include <algorithm>

#include "sim/base/check.hpp"
#include "sim/engine/interpreter.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/primitive/lock_overlap.hpp"
#include "sim/primitive/polled_lock.hpp"

namespace loadstone {

std::int64_t PolledLock::set(LockKey& key, Request* holder) {
  const std::int64_t token = ++tokens_;
  key.owner = token;
  key.level.use(simulation_.now(), 1);
  if (plan_.ttl && !(relieved_ && plan_.renew)) {
    schedule_expiry(token, expiries_.emplace(token, Expiry{&key, holder, {}}).first->second);
  }
  return token;
}

void PolledLock::schedule_expiry(std::int64_t token, Expiry& expiry) {
  expiry.event = simulation_.kernel().schedule(simulation_.now() + *plan_.ttl, Phase::expire,
                                               {&PolledLock::on_expiry, this, static_cast<std::uint64_t>(token)});
}

void PolledLock::on_answer_to_nobody(void* self, std::uint64_t where, Request& command) {
  PolledLock& lock = *static_cast<PolledLock*>(self);
  LockKey& key = *reinterpret_cast<LockKey*>(where);
  if (lock.relieved_ || key.owner != 0 || command.error != kNoError) {
    return;
  }
  lock.leak(key, lock.set(key, nullptr));
}

void PolledLock::leak(LockKey& key, std::int64_t token) {
  simulation_.count_mark(plan_.leaked);
  leaked_.push_back(
      {.at = this, .member = &key, .since = simulation_.now(), .amount = 1, .unit = token, .depth = 0, .row = row_});
}

void PolledLock::free_key(LockKey& key, std::int64_t token) {
  key.owner = key.owner == token ? 0 : key.owner;
  key.level.use(simulation_.now(), -1);
}

void PolledLock::on_expiry(void* self, std::uint64_t token_of_key) {
  PolledLock& lock = *static_cast<PolledLock*>(self);
  const auto token = static_cast<std::int64_t>(token_of_key);
  const Expiry expiry = lock.expiries_.at(token);
  lock.expiries_.erase(token);
  LockKey& key = *expiry.key;
  lock.free_key(key, token);
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

// A timeout may have moved the hold from the request that took it to the one that went on.
Request& PolledLock::holder_of(std::int64_t token, Request& taker) const {
  Request* holder = &taker;
  for (Request* r = simulation_.first_in_flight(); find_token(*holder, this, token) == nullptr; r = r->next_in_flight) {
    LOADSTONE_CHECK(r != nullptr, "nobody holds a key of '" + plan_.name + "' that was taken");
    holder = r;
  }
  return *holder;
}

// The hold ends for the accounts; the holder does not know, and keeps a hold of nothing until it releases it.
void PolledLock::lose(Request& taker, std::int64_t token) {
  Request& holder = holder_of(token, taker);
  end_for_accounts(holder, *find_token(holder, this, token));
}

void PolledLock::end_for_accounts(Request& holder, Hold& hold) {
  simulation_.settle(holder);
  simulation_.count_hold(row_, hold.since);
  hold.amount = 0;
}

void PolledLock::leave_key(Request& request, std::int64_t token) {
  Hold* hold = find_token(request, this, token);
  LockKey& key = static_cast<LockKey&>(*hold->member);
  if (hold->amount != 0) {
    end_for_accounts(request, *hold);
    ++key.level.completed;
    leak(key, token);
    if (const auto expiry = expiries_.find(token); expiry != expiries_.end()) {
      expiry->second.holder = nullptr;
    }
  }
  request.holds.erase(request.holds.begin() + (hold - request.holds.data()));
  come_out(key);
}

void PolledLock::lose_server(bool forgets) {
  if (!forgets) {
    return;
  }
  const auto forget = [&](const Hold& hold) {
    LockKey& key = static_cast<LockKey&>(*hold.member);
    stop_expiry(hold.unit);
    free_key(key, hold.unit);
  };
  for (Request* r = simulation_.first_in_flight(); r != nullptr; r = r->next_in_flight) {
    for (Hold& hold : r->holds) {
      if (hold.at != this || hold.amount == 0) {
        continue;
      }
      end_for_accounts(*r, hold);
      forget(hold);
      ++hold.member->level.completed;
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

// --- renewal ------------------------------------------------------------------------------------------------------

Progress op_polled_lock_watch(Simulation& simulation, Request& request, const Op& op) {
  auto& lock = simulation.resource<PolledLock>(static_cast<const PolledLockStep*>(op.plan)->lock);
  const std::int64_t token = lock.begin_renewing(request, op);
  push_frame(request, op).a = token;
  return Progress::next;
}

bool unwind_polled_lock_watch(Simulation& simulation, Request& request, const Op& op, const Frame& frame) {
  auto& lock = simulation.resource<PolledLock>(static_cast<const PolledLockStep*>(op.plan)->lock);
  lock.stop_renewing(frame.a);
  if (request.error == lock.plan().worker_died || (request.error == lock.plan().died && passes_by(request))) {
    lock.leave_key(request, frame.a);
  }
  return false;
}

Progress op_polled_lock_unwatch(Simulation& simulation, Request& request, const Op& op) {
  simulation.resource<PolledLock>(op.target).stop_renewing(request.frames.back().a);
  return op_scope_end(simulation, request, op);
}

std::int64_t PolledLock::begin_renewing(Request& request, const Op& op) {
  const Hold& hold = request.holds[static_cast<std::size_t>(Simulation::find_hold(request, row_))];
  if (plan_.renew && !relieved_) {
    Renewal& renewal = renewals_[hold.unit];
    renewal.op = &op;
    renewal.holder = &request;
    renewal.draws = request.draws;
    schedule_renewal(hold.unit, renewal, {});
  }
  return hold.unit;
}

void PolledLock::schedule_renewal(std::int64_t token, Renewal& renewal, Duration reply) {
  renewal.timer = simulation_.kernel().schedule(simulation_.now() + reply + *plan_.renew, Phase::wake,
                                                {&PolledLock::on_renewal, this, static_cast<std::uint64_t>(token)});
}

void PolledLock::stop_renewing(std::int64_t token) {
  const auto renewal = renewals_.find(token);
  if (renewal == renewals_.end()) {
    return;
  }
  if (renewal->second.command != nullptr) {
    renewal->second.command->ending = {};
  } else {
    simulation_.kernel().cancel(renewal->second.timer);
  }
  renewals_.erase(renewal);
}

void PolledLock::on_renewal(void* self, std::uint64_t token) {
  PolledLock& lock = *static_cast<PolledLock*>(self);
  Simulation& simulation = lock.simulation_;
  Renewal& renewal = lock.renewals_.at(static_cast<std::int64_t>(token));
  const Request& holder = lock.holder_of(static_cast<std::int64_t>(token), *renewal.holder);
  const auto& step = *static_cast<const PolledLockStep*>(renewal.op->plan);
  Request& command =
      simulation.create(holder.flow, holder.key, &simulation.model().program[step.renewal], holder.attributes);
  command.draws = combine(renewal.draws, renewal.op->site + ++renewal.sent);
  command.number = holder.number;
  command.counted = false;
  command.orphan = true;
  command.ending = {&PolledLock::on_renewed, self, token};
  renewal.command = &command;
  advance(simulation, command);
}

void PolledLock::on_renewed(void* self, std::uint64_t token_of_key, Request& command) {
  PolledLock& lock = *static_cast<PolledLock*>(self);
  const auto token = static_cast<std::int64_t>(token_of_key);
  const auto renewal = lock.renewals_.find(token);
  const auto expiry = lock.expiries_.find(token);
  renewal->second.command = nullptr;
  if (command.error != kNoError || expiry == lock.expiries_.end()) {
    lock.renewals_.erase(renewal);
    return;
  }
  lock.simulation_.kernel().cancel(expiry->second.event);
  lock.schedule_expiry(token, expiry->second);
  const auto& step = *static_cast<const PolledLockStep*>(renewal->second.op->plan);
  lock.schedule_renewal(token, renewal->second, step.reply.duration(lock.simulation_, command, step.reply_site));
}

// --- writing under it -----------------------------------------------------------------------------------------------

Progress op_polled_lock_fence(Simulation& simulation, Request& request, const Op& op) {
  simulation.resource<PolledLock>(op.target).write(request);
  return Progress::next;
}

void PolledLock::write(Request& request) {
  if (relieved_) {
    return;
  }
  const Hold* hold = nullptr;
  for (const Request* r = &request; hold == nullptr && r != nullptr; r = r->parent) {
    const std::ptrdiff_t index = Simulation::find_hold(*r, row_);
    hold = index < 0 ? nullptr : &r->holds[static_cast<std::size_t>(index)];
  }
  if (hold == nullptr || hold->unit < static_cast<LockKey&>(*hold->member).wrote) {
    simulation_.count_mark(plan_.stale_token);
    request.error = plan_.stale;
    return;
  }
  static_cast<LockKey&>(*hold->member).wrote = hold->unit;
}

// --- its end ------------------------------------------------------------------------------------------------------

void PolledLock::release(const Hold& hold) {
  LockKey& key = static_cast<LockKey&>(*hold.member);
  come_out(key);
  if (hold.amount == 0) {
    simulation_.count_mark(plan_.not_owned);
    return;
  }
  stop_expiry(hold.unit);
  free_key(key, hold.unit);
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

}  // namespace loadstone
