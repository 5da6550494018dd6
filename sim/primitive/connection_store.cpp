#include "sim/primitive/connection_store.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"
#include "sim/primitive/slots.hpp"

namespace loadstone {

namespace {

constexpr std::int64_t kOpener = -2;  // `unit` of the hold of a request that opens a connection for the line
constexpr std::int64_t kLost = std::int64_t{1} << 40;  // added to the unit of a connection that its server has closed

}  // namespace

std::unique_ptr<Resource> ConnectionStorePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<ConnectionStore>(simulation, *this);
}

ConnectionStore::ConnectionStore(Simulation& simulation, const ConnectionStorePlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      relieved_(simulation.is_relieved(plan.name)),
      sweep_(simulation, plan.sweep),
      members_(plan.member_attributes, [this](const Request* first) {
        auto member = std::make_unique<Connections>(*this);
        member->label = member_label(simulation_, plan_, first);
        if (plan_.pool) {
          member->pool = &simulation_.resource<ReservePool>(*plan_.pool).pool_of(first);
        }
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
        member->made = simulation_.now();
        member->least_idle = static_cast<std::int64_t>(member->idle.size());
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
  drop_too_old(member);
  if (!member.idle.empty()) {
    hold.unit = static_cast<std::int64_t>(take_idle(member));
    count_lent(member, simulation_.now());
  }
  simulation_.add_hold(request, hold);
  return hold.unit >= 0;
}

std::size_t ConnectionStore::take_idle(Connections& member) {
  note_idle(member);
  const auto at = plan_.lifo ? std::prev(member.idle.end()) : member.idle.begin();
  const std::size_t connection = at->connection;
  member.idle.erase(at);
  member.least_idle = std::min(member.least_idle, static_cast<std::int64_t>(member.idle.size()));
  arm(member);
  return connection;
}

void ConnectionStore::opened(Request& request) {
  const auto index = static_cast<std::size_t>(Simulation::find_hold(request, row_));
  simulation_.settle(request);
  const auto first = request.holds.begin() + static_cast<std::ptrdiff_t>(index) + 1;
  std::vector<Hold> taken(first, request.holds.end());
  request.holds.erase(first, request.holds.end());
  Hold& own = request.holds[index];
  count_lent(static_cast<Connections&>(*own.member), simulation_.now());
  own.unit = static_cast<std::int64_t>(add(static_cast<Connections&>(*own.member), std::move(taken)));
}

std::size_t ConnectionStore::add(Connections& member, std::vector<Hold> holds) {
  member.level.use(simulation_.now(), 1);
  if (member.unused.empty()) {
    member.unused.push_back(member.all.size());
    member.all.emplace_back();
  }
  const std::size_t connection = member.unused.back();
  member.unused.pop_back();
  member.all[connection] = {.owned = std::move(holds), .expires = expiry(member), .opened_in = losses_};
  ++member.opened;
  return connection;
}

void ConnectionStore::release(const Hold& hold) {
  if (hold.unit == kOpener) {
    return;
  }
  Connections& member = static_cast<Connections&>(*hold.member);
  --member.out;
  member.last_used = simulation_.now();
  if (hold.unit >= kLost) {
    close(member, static_cast<std::size_t>(hold.unit - kLost));
    open_next(member);
  } else if (hold.unit >= 0) {
    give_back(member, static_cast<std::size_t>(hold.unit));
  }
}

void ConnectionStore::lose(Hold& hold) {
  hold.unit += hold.unit >= 0 && hold.unit < kLost ? kLost : 0;
}

void ConnectionStore::give_back(Connections& member, std::size_t connection) {
  if (static_cast<std::int64_t>(member.idle.size()) >= plan_.keep || was_lost(member, connection)) {
    close(member, connection);
    return;
  }
  if (plan_.ageing != Ageing::closed_on_asking && is_too_old(member, connection)) {
    if (plan_.ageing == Ageing::closed || member.level.waiting() > 0) {
      close(member, connection);
      open_next(member);
      return;
    }
    ++member.level.completed;
    member.all[connection].expires = expiry(member);
    ++member.opened;
  }
  keep(member, connection);
}

void ConnectionStore::count_lent(Connections& member, SimTime since) {
  const std::int64_t waited = (simulation_.now() - since).ns;
  ++member.level.granted;
  if (waited > 0) {
    ++member.level.waited;
  }
  if (simulation_.is_sampled(since)) {
    simulation_.meter(row_).wait.record(waited);
  }
}

// For the head of the line, or for later.
void ConnectionStore::keep(Connections& member, std::size_t connection) {
  if (member.level.waiting() == 0) {
    if (is_needed_elsewhere()) {
      close(member, connection);
      return;
    }
    note_idle(member);
    member.idle.push_back({connection, simulation_.now()});
    arm(member);
    return;
  }
  Request& head = member.line.front();
  remove_from_line(member, head);
  count_lent(member, head.wait.since);
  lend(member, head, connection);
  simulation_.wake(head, Phase::release);
}

// By another pool that shares its number of connections.
bool ConnectionStore::is_needed_elsewhere() {
  return plan_.cap && simulation_.resource<Slots>(*plan_.cap).waiting() > 0 &&
         std::any_of(plan_.sharers->begin(), plan_.sharers->end(),
                     [this](ResourceIndex row) { return simulation_.resource<ConnectionStore>(row).waits_for_room(); });
}

bool ConnectionStore::waits_for_room() const {
  return std::any_of(members_.all().begin(), members_.all().end(),
                     [](const auto& member) { return member->opening > 0 && !member->line.empty(); });
}

// --- one by one ---------------------------------------------------------------------------------------------------

Progress ConnectionStore::take(Request& request, const Op& opening) {
  Connections& member = members_.of(request);
  ++member.level.arrivals;
  member.last_used = simulation_.now();
  drop_too_old(member);
  if (!member.idle.empty()) {
    lend(member, request, take_idle(member));
    count_lent(member, simulation_.now());
    tell_pool(member);
    return Progress::next;
  }
  const SimTime now = simulation_.now();
  Wait& wait = request.wait;
  if (plan_.patience) {
    wait.patience =
        simulation_.kernel().schedule(sweep_.after(wait.since + *plan_.patience), Phase::expire,
                                      {&ConnectionStore::on_patience, this, reinterpret_cast<std::uint64_t>(&request)});
  }
  wait.at = this;
  wait.member = &member;
  wait.since = now;
  wait.work = &opening - simulation_.model().program.data();
  member.level.enter_line(now);
  member.line.push(request);
  simulation_.doing(request, Doing::waiting, row_);
  tell_pool(member);
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

bool ConnectionStore::is_wanted(const Request& opener) {
  return !static_cast<const Connections*>(opener.holds.front().member)->line.empty();
}

void ConnectionStore::deliver(Request& opener) {
  simulation_.settle(opener);
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
    member.pause = {};
    member.store->open_next(member);
  }
  member.store->tell_pool(member);
}

// Whether somebody still waits for a connection to be opened.
void ConnectionStore::tell_pool(Connections& member) {
  if (member.pool == nullptr) {
    return;
  }
  auto& pool = simulation_.resource<ReservePool>(*plan_.pool);
  if (member.line.empty() && member.opening == 0) {
    pool.opened(*member.pool);
  } else {
    pool.opening(*member.pool);
  }
}

void ConnectionStore::refused(Connections& member, ErrorId error) {
  if (!plan_.fails_without || member.level.in_use() > 0) {
    member.pause = plan_.retry_doubles && member.pause.ns > 0 ? member.pause * 2 : plan_.retry;
    member.refused_until = simulation_.now() + member.pause;
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

// --- what others see ----------------------------------------------------------------------------------------------

bool ConnectionStore::is_lost(const Hold& hold) const {
  return hold.unit >= kLost || (hold.unit >= 0 && was_lost(static_cast<const Connections&>(*hold.member),
                                                           static_cast<std::size_t>(hold.unit)));
}

bool ConnectionStore::was_lost(const Connections& member, std::size_t connection) const {
  return losses_ > 0 && member.all[connection].opened_in != losses_;
}

void ConnectionStore::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& member : members_.all()) {
    visit(*member);
  }
}

void ConnectionStore::for_each_owned_hold(const std::function<void(const Hold&)>& visit) const {
  for (const auto& member : members_.all()) {
    for (const Connection& connection : member->all) {
      std::for_each(connection.owned.begin(), connection.owned.end(), visit);
    }
  }
}

}  // namespace loadstone
