#include "sim/primitive/connection_store.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"
#include "sim/primitive/slots.hpp"

namespace loadstone {

std::unique_ptr<Resource> ConnectionStorePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<ConnectionStore>(simulation, *this);
}

ConnectionStore::ConnectionStore(Simulation& simulation, const ConnectionStorePlan& plan)
    : Resource(simulation, plan.row), plan_(plan), members_(plan.member_attributes, [this](const Request* first) {
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
    const auto at = plan_.lifo ? std::prev(member.idle.end()) : member.idle.begin();
    hold.unit = static_cast<std::int64_t>(at->connection);
    member.idle.erase(at);
    arm(member);
  }
  simulation_.add_hold(request, hold);
  return hold.unit >= 0;
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
  member.idle.push_back({connection, simulation_.now()});
  arm(member);
}

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
