#include "sim/primitive/connection_store.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"
#include "sim/primitive/slots.hpp"

namespace loadstone {

namespace {

constexpr std::int64_t kOpener = -2;  // `unit` of the hold of a request that opens a connection for the line

}  // namespace

std::unique_ptr<Resource> ConnectionStorePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<ConnectionStore>(simulation, *this);
}

ConnectionStore::ConnectionStore(Simulation& simulation, const ConnectionStorePlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      relieved_(simulation.is_relieved(plan.name)),
      members_(plan.member_attributes, [this](const Request* first) {
        auto member = std::make_unique<Connections>(*this);
        member->label = member_label(simulation_, plan_, first);
        for (std::int64_t i = 0; i < plan_.min_size; ++i) {
          std::vector<Hold> holds;
          if (plan_.server_slots) {
            const auto hold = simulation_.resource<Slots>(*plan_.server_slots).take_unowned();
            if (!hold) {
              break;  // the server has no slot left; the connection is opened when it is needed
            }
            holds.push_back(*hold);
          }
          member->idle.push_back({add(*member, std::move(holds)), simulation_.now()});
        }
        arm(*member);
        return member;
      }) {}

bool ConnectionStore::check_out(Request& request) {
  Connections& member = members_.of(request);
  ++member.level.arrivals;
  ++member.out;
  member.last_used = simulation_.now();
  Hold hold;
  hold.at = this;
  hold.member = &member;
  if (!member.idle.empty()) {
    hold.unit = static_cast<std::int64_t>(take_idle(member));
  }
  simulation_.add_hold(request, hold);
  return hold.unit >= 0;
}

std::size_t ConnectionStore::take_idle(Connections& member) {
  const auto at = plan_.lifo ? std::prev(member.idle.end()) : member.idle.begin();
  const std::size_t connection = at->connection;
  member.idle.erase(at);
  arm(member);
  return connection;
}

void ConnectionStore::opened(Request& request) {
  const auto index = static_cast<std::size_t>(Simulation::find_hold(request, row_));
  simulation_.doing(request, Doing::own, 0);
  const auto first = request.holds.begin() + static_cast<std::ptrdiff_t>(index) + 1;
  std::vector<Hold> taken(first, request.holds.end());
  request.holds.erase(first, request.holds.end());
  Hold& own = request.holds[index];
  own.unit = static_cast<std::int64_t>(add(static_cast<Connections&>(*own.member), std::move(taken)));
}

std::size_t ConnectionStore::add(Connections& member, std::vector<Hold> holds) {
  member.level.use(simulation_.now(), 1);
  ++member.level.granted;
  if (member.unused.empty()) {
    member.owned.push_back(std::move(holds));
    return member.owned.size() - 1;
  }
  const std::size_t connection = member.unused.back();
  member.unused.pop_back();
  member.owned[connection] = std::move(holds);
  return connection;
}

void ConnectionStore::release(const Hold& hold) {
  if (hold.unit == kOpener) {
    return;
  }
  Connections& member = static_cast<Connections&>(*hold.member);
  --member.out;
  member.last_used = simulation_.now();
  if (hold.unit >= 0) {
    give_back(member, static_cast<std::size_t>(hold.unit));
  }
}

void ConnectionStore::give_back(Connections& member, std::size_t connection) {
  if (static_cast<std::int64_t>(member.idle.size()) >= plan_.keep) {
    close(member, connection);
    return;
  }
  keep(member, connection);
}

// For the head of the line, or for later.
void ConnectionStore::keep(Connections& member, std::size_t connection) {
  if (member.line.empty()) {
    member.idle.push_back({connection, simulation_.now()});
    arm(member);
    return;
  }
  Request& head = member.line.front();
  const std::int64_t waited = (simulation_.now() - head.wait.since).ns;
  remove_from_line(member, head);
  member.level.waited += waited > 0 ? 1 : 0;
  if (simulation_.is_sampled(SimTime{simulation_.now().ns - waited})) {
    simulation_.meter(row_).wait.record(waited);
  }
  lend(member, head, connection);
  simulation_.wake(head, Phase::release);
}

// --- one by one ---------------------------------------------------------------------------------------------------

Progress ConnectionStore::take(Request& request, const Op& opening) {
  Connections& member = members_.of(request);
  ++member.level.arrivals;
  member.last_used = simulation_.now();
  if (!member.idle.empty()) {
    lend(member, request, take_idle(member));
    return Progress::next;
  }
  const SimTime now = simulation_.now();
  Wait& wait = request.wait;
  if (plan_.patience) {
    wait.patience =
        simulation_.kernel().schedule(wait.since + *plan_.patience, Phase::expire,
                                      {&ConnectionStore::on_patience, this, reinterpret_cast<std::uint64_t>(&request)});
  }
  wait.at = this;
  wait.member = &member;
  wait.since = now;
  wait.work = &opening - simulation_.model().program.data();
  member.level.enter_line(now);
  member.line.push(request);
  simulation_.doing(request, Doing::waiting, row_);
  open_next(member);
  return Progress::waits;
}

void ConnectionStore::lend(Connections& member, Request& request, std::size_t connection) {
  ++member.out;
  Hold hold;
  hold.at = this;
  hold.member = &member;
  hold.unit = static_cast<std::int64_t>(connection);
  simulation_.add_hold(request, hold);
}

void ConnectionStore::remove_from_line(Connections& member, Request& request) {
  member.line.remove(request);
  end_wait(request);
}

void ConnectionStore::leave_line(Request& request) {
  Connections& member = static_cast<Connections&>(*request.wait.member);
  ++member.level.timed_out;
  remove_from_line(member, request);
}

void ConnectionStore::on_patience(void* self, std::uint64_t who) {
  ConnectionStore& store = *static_cast<ConnectionStore*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  request.wait.patience = {};
  store.leave_line(request);
  request.error = store.plan_.timed_out;
  store.simulation_.resume(request);
}

// The opener draws as the head of the line would. It has a hold of the store, so that it is seen who brings what the
// line waits for.
void ConnectionStore::open_next(Connections& member) {
  if (member.line.empty() || (member.opening > 0 && !relieved_)) {
    return;
  }
  if (simulation_.now() < member.refused_until) {
    if (!member.will_retry) {
      member.will_retry = true;
      simulation_.kernel().schedule(member.refused_until, Phase::wake, {&ConnectionStore::on_retry, &member, 0});
    }
    return;
  }
  const Request& head = member.line.front();
  const Op* opening = simulation_.model().program.data() + head.wait.work;
  Request& opener = simulation_.create(head.flow, head.key, opening, head.attributes);
  opener.draws = head.draws;
  opener.number = head.number;
  opener.counted = false;
  opener.orphan = true;
  opener.ending = {&ConnectionStore::on_opening_ended, &member, 0};
  Hold hold;
  hold.at = this;
  hold.member = &member;
  hold.amount = 0;
  hold.unit = kOpener;
  simulation_.add_hold(opener, hold);
  ++member.opening;
  simulation_.wake(opener, Phase::release);
}

void ConnectionStore::deliver(Request& opener) {
  simulation_.doing(opener, Doing::own, 0);
  Connections& member = static_cast<Connections&>(*opener.holds.front().member);
  std::vector<Hold> taken(opener.holds.begin() + 1, opener.holds.end());
  opener.holds.clear();
  keep(member, add(member, std::move(taken)));
}

void ConnectionStore::on_opening_ended(void* who, std::uint64_t, Request& opener) {
  Connections& member = *static_cast<Connections*>(who);
  --member.opening;
  if (opener.error != kNoError) {
    member.store->refused(member, opener.error);
  } else {
    member.store->open_next(member);
  }
}

void ConnectionStore::refused(Connections& member, ErrorId error) {
  if (!plan_.fails_without || member.level.in_use() > 0) {
    member.refused_until = simulation_.now() + plan_.retry;
    open_next(member);
    return;
  }
  while (!member.line.empty()) {
    Request& head = member.line.front();
    ++member.level.refused;
    remove_from_line(member, head);
    head.error = error;
    simulation_.wake(head, Phase::release);
  }
}

void ConnectionStore::on_retry(void* who, std::uint64_t) {
  Connections& member = *static_cast<Connections*>(who);
  member.will_retry = false;
  member.store->open_next(member);
}

// --- closing ------------------------------------------------------------------------------------------------------

void ConnectionStore::close(Connections& member, std::size_t connection) {
  member.level.use(simulation_.now(), -1);
  ++member.level.completed;
  std::vector<Hold> owned;
  owned.swap(member.owned[connection]);
  member.unused.push_back(connection);
  for (auto hold = owned.rbegin(); hold != owned.rend(); ++hold) {
    simulation_.meter(hold->row).breakdown.add(row_, Doing::served,
                                               (simulation_.now() - hold->since).ns * hold->amount);
    simulation_.end_hold(*hold);
  }
}

// Keeps one timer for the connection that has been idle longest, and one for the whole member.
void ConnectionStore::arm(Connections& member) {
  Kernel& kernel = simulation_.kernel();
  if (plan_.close_idle) {
    kernel.cancel(member.idle_timer);
    member.idle_timer = {};
    if (static_cast<std::int64_t>(member.idle.size()) + member.out > plan_.keep_idle && !member.idle.empty()) {
      member.idle_timer = kernel.schedule(std::max(simulation_.now(), member.idle.front().since + *plan_.close_idle),
                                          Phase::expire, {&ConnectionStore::on_idle, &member, 0});
    }
  }
  if (plan_.close_all_idle && !member.idle.empty() && !member.close_timer.is_set()) {
    member.close_timer = kernel.schedule(simulation_.now() + *plan_.close_all_idle, Phase::expire,
                                         {&ConnectionStore::on_close_all, &member, 0});
  }
}

void ConnectionStore::on_idle(void* who, std::uint64_t) {
  Connections& member = *static_cast<Connections*>(who);
  member.idle_timer = {};
  const std::size_t connection = member.idle.front().connection;
  member.idle.erase(member.idle.begin());
  member.store->close(member, connection);
  member.store->arm(member);
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

void ConnectionStore::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& member : members_.all()) {
    visit(*member);
  }
}

void ConnectionStore::for_each_owned_hold(const std::function<void(const Hold&)>& visit) const {
  for (const auto& member : members_.all()) {
    for (const std::vector<Hold>& owned : member->owned) {
      std::for_each(owned.begin(), owned.end(), visit);
    }
  }
}

}  // namespace loadstone
