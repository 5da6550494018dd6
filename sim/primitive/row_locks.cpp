#include "sim/primitive/row_locks.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "sim/engine/simulation.hpp"

namespace loadstone {

namespace {

constexpr std::int64_t kModes = kRowLockModes;

// By what is asked for: which modes of others it waits for.
constexpr std::array<std::array<bool, kRowLockModes>, kRowLockModes> kConflicts{
    {{false, false, false, true}, {false, false, true, true}, {false, true, true, true}, {true, true, true, true}}};

// `unit` of a hold, and `work` of a wait: the transaction and the mode.
std::int64_t unit_of(std::int64_t transaction, RowLockMode mode) {
  return transaction * kModes + static_cast<std::int64_t>(mode);
}
std::int64_t transaction_of(std::int64_t unit) {
  return unit / kModes;
}
RowLockMode mode_of(std::int64_t unit) {
  return static_cast<RowLockMode>(unit % kModes);
}

const Request* root_of(const Request& request) {
  const Request* root = &request;
  while (root->parent != nullptr) {
    root = root->parent;
  }
  return root;
}

// `amount` of a wait: which of the row's two lines.
constexpr std::int64_t kUpgrades = 1;

// `mode` of a wait: what its timer is for.
enum Timer : std::uint8_t { kDeadlockTimer, kLockTimer };

}  // namespace

std::unique_ptr<Resource> RowLocksPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<RowLocks>(simulation, *this);
}

Progress op_lock_row(Simulation& simulation, Request& request, const Op& op) {
  const auto& step = *static_cast<const RowLockStep*>(op.plan);
  const double row = step.row.value(simulation, request, op.site);
  return simulation.resource<RowLocks>(step.locks).lock(request, step, static_cast<std::int64_t>(std::floor(row)));
}

Progress op_unlock_rows(Simulation& simulation, Request& request, const Op& op) {
  const auto& step = *static_cast<const RowUnlockStep*>(op.plan);
  for (std::size_t i = request.holds.size(); i-- > 0;) {
    if (request.holds[i].row == step.locks && transaction_of(request.holds[i].unit) == step.transaction) {
      simulation.release_hold(request, i);
    }
  }
  return Progress::next;
}

std::size_t RowLocks::KeyHash::operator()(const Key& key) const {
  return combine(mix(static_cast<std::uint64_t>(key.first)), static_cast<std::uint64_t>(key.second));
}

RowLocks::RowLocks(Simulation& simulation, const RowLocksPlan& plan)
    : Resource(simulation, plan.row), plan_(plan), relieved_(simulation.is_relieved(plan.name)), all_(INT64_MAX) {}

RowLocks::Row& RowLocks::row_of(const Key& key) {
  std::unique_ptr<Row>& row = rows_[key];
  if (!row) {
    row = std::make_unique<Row>();
    row->key = key;
  }
  return *row;
}

RowLocks::Counts RowLocks::own(const Request& request, const Row& row, std::int64_t transaction) const {
  Counts counts{};
  for (const Request* r = &request; r != nullptr; r = r->parent) {
    for (const Hold& hold : r->holds) {
      if (hold.member == &row && transaction_of(hold.unit) == transaction) {
        ++counts[static_cast<std::size_t>(mode_of(hold.unit))];
      }
    }
  }
  return counts;
}

bool RowLocks::conflicts(const Row& row, const Counts& own, RowLockMode mode) {
  for (std::size_t held = 0; held < kRowLockModes; ++held) {
    if (kConflicts[static_cast<std::size_t>(mode)][held] && row.held[held] > own[held]) {
      return true;
    }
  }
  return false;
}

Progress RowLocks::lock(Request& request, const RowLockStep& step, std::int64_t key) {
  Row& row = row_of({step.table, key});
  const Counts mine = own(request, row, step.transaction);
  const auto at_least = mine.begin() + static_cast<std::ptrdiff_t>(step.mode);
  if (std::any_of(at_least, mine.end(), [](std::int64_t n) { return n > 0; })) {
    return Progress::next;
  }
  ++all_.level.arrivals;
  request.wait.since = simulation_.now();
  const std::int64_t unit = unit_of(step.transaction, step.mode);
  const bool upgrades = std::any_of(mine.begin(), mine.end(), [](std::int64_t n) { return n > 0; });
  const bool is_first = row.upgrades.empty() && (upgrades || row.line.empty());
  if (relieved_ || (is_first && !conflicts(row, mine, step.mode))) {
    grant(request, row, unit);
    return Progress::next;
  }
  return wait(request, row, unit, upgrades);
}

void RowLocks::grant(Request& request, Row& row, std::int64_t unit) {
  const std::int64_t waited = (simulation_.now() - request.wait.since).ns;
  ++all_.level.granted;
  all_.level.waited += waited > 0 ? 1 : 0;
  if (simulation_.is_sampled(request.wait.since)) {
    simulation_.meter(row_).wait.record(waited);
  }
  all_.level.use(simulation_.now(), 1);
  ++row.held[static_cast<std::size_t>(mode_of(unit))];
  Hold hold;
  hold.at = this;
  hold.member = &row;
  hold.unit = unit;
  simulation_.add_hold(request, hold);
}

Progress RowLocks::wait(Request& request, Row& row, std::int64_t unit, bool upgrades) {
  const SimTime now = simulation_.now();
  request.wait.at = this;
  request.wait.member = &row;
  request.wait.work = unit;
  request.wait.amount = upgrades ? kUpgrades : 0;
  all_.level.enter_line(now);
  row.level.enter_line(now);
  (upgrades ? row.upgrades : row.line).push(request);
  simulation_.doing(request, Doing::waiting, row_);
  request.wait.mode = plan_.lock_timeout && *plan_.lock_timeout <= plan_.deadlock_timeout ? kLockTimer : kDeadlockTimer;
  set_timer(request);
  return Progress::waits;
}

void RowLocks::set_timer(Request& request) {
  const Duration after = request.wait.mode == kLockTimer ? *plan_.lock_timeout : plan_.deadlock_timeout;
  request.wait.patience =
      simulation_.kernel().schedule(request.wait.since + after, Phase::expire,
                                    {&RowLocks::on_timer, this, reinterpret_cast<std::uint64_t>(&request)});
}

void RowLocks::on_timer(void* self, std::uint64_t who) {
  RowLocks& locks = *static_cast<RowLocks*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  request.wait.patience = {};
  if (request.wait.mode == kDeadlockTimer) {
    if (locks.waits_for_itself(request)) {
      locks.leave_line(request);
      request.error = locks.plan_.deadlock;
      locks.simulation_.resume(request);
    } else if (locks.plan_.lock_timeout) {
      request.wait.mode = kLockTimer;
      locks.set_timer(request);
    }
    return;
  }
  locks.leave_line(request);
  request.error = locks.plan_.timed_out;
  locks.simulation_.resume(request);
}

void RowLocks::remove_from_line(Request& request) {
  Row& row = static_cast<Row&>(*request.wait.member);
  (request.wait.amount == kUpgrades ? row.upgrades : row.line).remove(request);
  all_.level.leave_line(simulation_.now());
  end_wait(request);
}

void RowLocks::leave_line(Request& request) {
  Row& row = static_cast<Row&>(*request.wait.member);
  ++all_.level.timed_out;
  remove_from_line(request);
  serve_line(row);  // those behind it may be let in by the holders
  forget_if_idle(row);
}

void RowLocks::release(const Hold& hold) {
  if (hold.amount == 0) {
    return;
  }
  Row& row = static_cast<Row&>(*hold.member);
  all_.level.use(simulation_.now(), -1);
  ++all_.level.completed;
  --row.held[static_cast<std::size_t>(mode_of(hold.unit))];
  serve_line(row);
  forget_if_idle(row);
}

void RowLocks::lose_server(bool) {
  for (Request* r = simulation_.first_in_flight(); r != nullptr; r = r->next_in_flight) {
    for (Hold& hold : r->holds) {
      if (hold.at == this && hold.amount != 0) {
        simulation_.settle(*r);
        simulation_.end_hold(hold);
        hold.amount = 0;
        hold.member = nullptr;
      }
    }
  }
}

void RowLocks::serve_line(Row& row) {
  while (serve_head(row, row.upgrades)) {
  }
  while (row.upgrades.empty() && serve_head(row, row.line)) {
  }
}

bool RowLocks::serve_head(Row& row, WaitQueue& line) {
  if (line.empty()) {
    return false;
  }
  Request& head = line.front();
  const std::int64_t unit = head.wait.work;
  if (conflicts(row, own(head, row, transaction_of(unit)), mode_of(unit))) {
    return false;
  }
  remove_from_line(head);
  grant(head, row, unit);
  simulation_.wake(head, Phase::release);
  return true;
}

void RowLocks::forget_if_idle(Row& row) {
  if (row.line.empty() && row.upgrades.empty() && row.held == Counts{}) {
    rows_.erase(Key(row.key));
  }
}

// --- deadlocks ----------------------------------------------------------------------------------------------------

bool RowLocks::holds_any(const Request& request, std::int64_t transaction) const {
  for (const Request* r = &request; r != nullptr; r = r->parent) {
    if (std::any_of(r->holds.begin(), r->holds.end(),
                    [&](const Hold& hold) { return hold.row == row_ && transaction_of(hold.unit) == transaction; })) {
      return true;
    }
  }
  return false;
}

RowLocks::Waiting RowLocks::all_waiting() const {
  Waiting waiting;
  for (const Request* r = simulation_.first_in_flight(); r != nullptr; r = r->next_in_flight) {
    if (r->wait.at == this) {
      const Transaction transaction{root_of(*r), transaction_of(r->wait.work)};
      waiting.waiters[transaction].push_back(r);
      if (r->wait.amount == kUpgrades) {
        waiting.upgrading[r->wait.member].push_back(transaction);
      }
    }
    for (const Hold& hold : r->holds) {
      if (hold.row == row_) {
        waiting.holders[hold.member].push_back({{root_of(*r), transaction_of(hold.unit)}, mode_of(hold.unit)});
      }
    }
  }
  return waiting;
}

// Follows who waits for whom: for holders of the row that it conflicts with, and for those before it in line.
bool RowLocks::waits_for_itself(const Request& request) const {
  const std::int64_t transaction = transaction_of(request.wait.work);
  if (!holds_any(request, transaction)) {
    return false;
  }
  const Waiting all = all_waiting();
  const Transaction self{root_of(request), transaction};
  std::set<Transaction> seen;
  std::vector<const Request*> open{&request};
  const auto reach = [&](const Transaction& other) {
    if (seen.insert(other).second) {
      const auto at = all.waiters.find(other);
      if (at != all.waiters.end()) {
        open.insert(open.end(), at->second.begin(), at->second.end());
      }
    }
  };
  while (!open.empty()) {
    const Request& waiter = *open.back();
    open.pop_back();
    const std::int64_t unit = waiter.wait.work;
    const Transaction of{root_of(waiter), transaction_of(unit)};
    const auto holders = all.holders.find(waiter.wait.member);
    if (holders != all.holders.end()) {
      for (const auto& [holder, mode] : holders->second) {
        if (holder != of && kConflicts[static_cast<std::size_t>(mode_of(unit))][static_cast<std::size_t>(mode)]) {
          reach(holder);
        }
      }
    }
    const auto upgrading = all.upgrading.find(waiter.wait.member);
    if (waiter.wait.amount != kUpgrades && upgrading != all.upgrading.end()) {
      std::for_each(upgrading->second.begin(), upgrading->second.end(), reach);
    }
    for (const Request* before = waiter.wait.previous; before != nullptr; before = before->wait.previous) {
      reach({root_of(*before), transaction_of(before->wait.work)});
    }
  }
  return seen.contains(self);
}

}  // namespace loadstone
