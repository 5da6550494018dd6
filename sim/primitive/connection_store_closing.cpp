// How connections end: idle for too long, too old, unused together, lost with their server.
#include <algorithm>

#include "sim/engine/simulation.hpp"
#include "sim/primitive/connection_store.hpp"

namespace loadstone {

void ConnectionStore::close(Connections& member, std::size_t connection) {
  member.level.use(simulation_.now(), -1);
  ++member.level.completed;
  if (member.pool != nullptr) {
    simulation_.resource<ReservePool>(*plan_.pool)
        .closed(*member.pool, member.level.in_use() + std::max<std::int64_t>(member.opening, static_cast<std::int64_t>(
                                                                                                 member.line.size())));
  }
  member.unused.push_back(connection);
  give_back_owned(member, connection);
}

void ConnectionStore::give_back_owned(Connections& member, std::size_t connection) {
  std::vector<Hold> owned;
  owned.swap(member.all[connection].owned);
  for (auto hold = owned.rbegin(); hold != owned.rend(); ++hold) {
    simulation_.meter(hold->row).breakdown.add(row_, Doing::served,
                                               (simulation_.now() - hold->since).ns * hold->amount);
    simulation_.end_hold(*hold);
  }
}

void ConnectionStore::lose_server(bool) {
  ++losses_;
  for (const auto& member : members_.all()) {
    std::vector<Idle> idle;
    idle.swap(member->idle);
    for (const Idle& connection : idle) {
      close(*member, connection.connection);
    }
    for (std::size_t connection = 0; connection < member->all.size(); ++connection) {
      give_back_owned(*member, connection);
    }
    arm(*member);
    open_next(*member);
  }
}

// Keeps one timer for the connection that has been idle longest, and one for the whole member.
void ConnectionStore::arm(Connections& member) {
  Kernel& kernel = simulation_.kernel();
  if (plan_.close_idle) {
    const bool closes =
        !member.idle.empty() && static_cast<std::int64_t>(member.idle.size()) + member.out > plan_.keep_idle;
    const SimTime at = closes ? std::max(simulation_.now(), member.idle.front().since + *plan_.close_idle) : kEndOfTime;
    if (!closes || !member.idle_timer.is_set() || member.idle_timer_at != at) {
      kernel.cancel(member.idle_timer);
      member.idle_timer =
          closes ? kernel.schedule(at, Phase::expire, {&ConnectionStore::on_idle, &member, 0}) : EventId{};
      member.idle_timer_at = at;
    }
  }
  if (plan_.shrink_every && !member.idle.empty() && !member.shrink_timer.is_set() &&
      member.level.in_use() > plan_.keep_idle) {
    const std::int64_t every = plan_.shrink_every->ns;
    const SimTime next = member.made + Duration{((simulation_.now() - member.made).ns / every + 1) * every};
    member.shrink_timer = kernel.schedule(next, Phase::expire, {&ConnectionStore::on_shrink, &member, 0});
  }
  if (plan_.close_all_idle && !member.idle.empty() && !member.close_timer.is_set()) {
    member.close_timer = kernel.schedule(simulation_.now() + *plan_.close_all_idle, Phase::expire,
                                         {&ConnectionStore::on_close_all, &member, 0});
  }
}

// Before the number of idle ones changes.
void ConnectionStore::note_idle(Connections& member) {
  if (!plan_.shrink_every) {
    return;
  }
  const std::int64_t period = (simulation_.now() - member.made).ns / plan_.shrink_every->ns;
  if (period != member.period) {
    member.least_before =
        period == member.period + 1 ? member.least_idle : static_cast<std::int64_t>(member.idle.size());
    member.period = period;
    member.least_idle = static_cast<std::int64_t>(member.idle.size());
  }
}

// The end of a period: whether one was idle in all of it.
void ConnectionStore::on_shrink(void* who, std::uint64_t) {
  Connections& member = *static_cast<Connections*>(who);
  ConnectionStore& store = *member.store;
  member.shrink_timer = {};
  store.note_idle(member);
  if (member.least_before > 0 && !member.idle.empty() && member.level.in_use() > store.plan_.keep_idle) {
    const std::size_t connection = member.idle.front().connection;
    member.idle.erase(member.idle.begin());
    store.close(member, connection);
    --member.least_idle;
  }
  store.arm(member);
}

void ConnectionStore::on_idle(void* who, std::uint64_t) {
  Connections& member = *static_cast<Connections*>(who);
  member.idle_timer = {};
  const std::size_t connection = member.idle.front().connection;
  member.idle.erase(member.idle.begin());
  member.store->close(member, connection);
  member.store->arm(member);
}

ConnectionStore::Connections* ConnectionStore::with_longest_idle() const {
  Connections* found = nullptr;
  for (const auto& member : members_.all()) {
    const bool is_longer =
        !member->idle.empty() && (found == nullptr || member->idle.front().since < found->idle.front().since);
    found = is_longer ? member.get() : found;
  }
  return found;
}

std::optional<SimTime> ConnectionStore::longest_idle() const {
  const Connections* member = with_longest_idle();
  return member == nullptr ? std::nullopt : std::optional<SimTime>(member->idle.front().since);
}

void ConnectionStore::close_longest_idle() {
  Connections& member = *with_longest_idle();
  const std::size_t connection = member.idle.front().connection;
  member.idle.erase(member.idle.begin());
  close(member, connection);
  arm(member);
}

void ConnectionStore::on_close_all(void* who, std::uint64_t) {
  Connections& member = *static_cast<Connections*>(who);
  ConnectionStore& store = *member.store;
  member.close_timer = {};
  const SimTime due = member.last_used + *store.plan_.close_all_idle;
  if (member.out > 0 || store.simulation_.now() < due) {
    const SimTime again = member.out > 0 ? store.simulation_.now() + *store.plan_.close_all_idle : due;
    member.close_timer =
        store.simulation_.kernel().schedule(again, Phase::expire, {&ConnectionStore::on_close_all, &member, 0});
    return;
  }
  std::vector<Idle> idle;
  idle.swap(member.idle);
  for (const Idle& connection : idle) {
    store.close(member, connection.connection);
  }
  store.arm(member);
}

// Of a connection that is being opened; its jitter is its own.
SimTime ConnectionStore::expiry(Connections& member) {
  if (!plan_.max_age) {
    return kEndOfTime;
  }
  const Key key = combine(simulation_.key_of(plan_.name), hash_text(member.label));
  const double early = simulation_.settings().expected_values ? 0.5 : uniform(draw_of(key, mix(member.opened), 0));
  const double age = static_cast<double>(plan_.max_age->ns) * (1 - plan_.age_jitter * early);
  return simulation_.now() + whole_ns(age);
}

bool ConnectionStore::is_too_old(Connections& member, std::size_t connection) {
  const SimTime now = simulation_.now();
  if (!plan_.max_age || now < member.all[connection].expires || now < member.aged) {
    return false;
  }
  member.aged = now + plan_.age_gap;
  return true;
}

// The one that is next to be lent.
void ConnectionStore::drop_too_old(Connections& member) {
  while (plan_.max_age && plan_.ageing != Ageing::renewed && !member.idle.empty()) {
    const std::size_t next = (plan_.lifo ? member.idle.back() : member.idle.front()).connection;
    if (!is_too_old(member, next)) {
      return;
    }
    close(member, take_idle(member));
  }
}

}  // namespace loadstone
