#include "sim/primitive/account.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"

namespace loadstone {

namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 62;

}  // namespace

std::unique_ptr<Resource> AccountPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<Account>(simulation, *this);
}

Account::Account(Simulation& simulation, const AccountPlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      limit_(simulation.is_relieved(plan.name) ? kMost : plan.limit),
      members_(plan.member_attributes, [this](const Request* first) {
        auto entries = std::make_unique<Entries>(limit_);
        entries->label = member_label(simulation_, plan_, first);
        entries->level.use(SimTime{}, plan_.initial);  // it has been there all the time
        (plan_.ttl ? entries->timed[plan_.ttl->ns] : entries->lasting) += plan_.initial;
        plan_expiry(*entries);
        return entries;
      }) {}

bool Account::fits(const Entries& entries, std::int64_t units) const {
  return units <= limit_ - entries.level.in_use();
}

void Account::add(Entries& entries, std::int64_t units, std::optional<Duration> ttl) {
  const SimTime now = simulation_.now();
  entries.level.use(now, units);
  ttl = ttl ? ttl : plan_.ttl;
  if (ttl && units > 0) {
    entries.timed[(now + std::min(*ttl, kEndOfTime - now)).ns] += units;
    plan_expiry(entries);
  } else {
    entries.lasting += units;
  }
}

// First due first, then what has no time to live.
void Account::remove(Entries& entries, std::int64_t units) {
  entries.level.use(simulation_.now(), -units);
  const std::int64_t old = std::min(units, entries.overdue);
  entries.overdue -= old;
  units -= old;
  while (units > 0 && !entries.timed.empty()) {
    const auto first = entries.timed.begin();
    const std::int64_t some = std::min(units, first->second);
    units -= some;
    first->second -= some;
    if (first->second == 0) {
      entries.timed.erase(first);
    }
  }
  entries.lasting -= units;
}

void Account::note_due(Entries& entries) const {
  while (!entries.timed.empty() && entries.timed.begin()->first <= simulation_.now().ns) {
    entries.overdue += entries.timed.begin()->second;
    entries.timed.erase(entries.timed.begin());
  }
}

// --- putting ------------------------------------------------------------------------------------------------------

Progress Account::put(Request& request, std::int64_t units, std::optional<Duration> ttl) {
  Entries& entries = members_.of(request);
  ++entries.level.arrivals;
  if (entries.queue.empty() && (fits(entries, units) || make_room(entries, units))) {
    add(entries, units, ttl);
    count_put(entries, simulation_.now());
    return Progress::next;
  }
  if (plan_.on_full != OnFull::block || units > limit_) {
    ++entries.level.refused;
    request.error = plan_.on_full == OnFull::drop ? kNoError : plan_.full;
    return Progress::next;
  }
  Wait& wait = request.wait;
  wait.at = this;
  wait.member = &entries;
  wait.since = simulation_.now();
  wait.amount = units;
  wait.work = ttl ? ttl->ns : -1;
  wait.patience = {};
  entries.level.enter_line(simulation_.now());
  entries.queue.push(request);
  simulation_.doing(request, Doing::waiting, row_);
  return Progress::waits;
}

bool Account::make_room(Entries& entries, std::int64_t units) {
  const bool evicts = plan_.on_full == OnFull::evict && units <= limit_;
  if (!evicts && plan_.on_full != OnFull::crash) {
    return false;
  }
  remove(entries, entries.level.in_use() - (evicts ? limit_ - units : 0));
  simulation_.count_mark(*plan_.emptied);
  return evicts;
}

void Account::count_put(Entries& entries, SimTime came) {
  const std::int64_t waited = (simulation_.now() - came).ns;
  ++entries.level.granted;
  ++entries.level.completed;
  entries.level.waited += waited > 0 ? 1 : 0;
  if (simulation_.is_sampled(came)) {
    simulation_.meter(row_).wait.record(waited);
  }
}

void Account::remove_from_line(Entries& entries, Request& request) {
  entries.queue.remove(request);
  end_wait(request);
}

void Account::leave_line(Request& request) {
  Entries& entries = static_cast<Entries&>(*request.wait.member);
  ++entries.level.timed_out;
  remove_from_line(entries, request);
  serve_line(entries);  // it may have been the large one that held up the others
}

void Account::serve_line(Entries& entries) {
  while (!entries.queue.empty() && fits(entries, entries.queue.front().wait.amount)) {
    Request& head = entries.queue.front();
    remove_from_line(entries, head);
    add(entries, head.wait.amount, head.wait.work < 0 ? std::nullopt : std::optional(Duration{head.wait.work}));
    count_put(entries, head.wait.since);
    simulation_.wake(head, Phase::release);
  }
}

// --- taking -------------------------------------------------------------------------------------------------------

Progress Account::take(Request& request, std::int64_t units) {
  Entries& entries = members_.of(request);
  if (units > entries.level.in_use()) {
    request.error = plan_.empty;
    return Progress::next;
  }
  remove(entries, units);
  serve_line(entries);
  return Progress::next;
}

std::int64_t Account::due(const Request& request) {
  Entries& entries = members_.of(request);
  note_due(entries);
  return entries.overdue + entries.lasting;
}

void Account::reap(const Request& request, std::int64_t units) {
  units = std::min(units, due(request));
  Entries& entries = members_.of(request);
  const std::int64_t timed = std::min(units, entries.overdue);
  entries.overdue -= timed;
  entries.lasting -= units - timed;
  entries.reaped += units;
  entries.level.use(simulation_.now(), -units);
  serve_line(entries);
}

std::int64_t Account::reaped(const Request& request) {
  return members_.of(request).reaped;
}

bool Account::is_spent(const Request& request) {
  const Entries& entries = members_.of(request);
  return entries.level.in_use() >= limit_;
}

void Account::charge(const Request& request, std::int64_t units) {
  Entries& entries = members_.of(request);
  ++entries.level.arrivals;
  add(entries, std::min(units, kMost - entries.level.in_use()), std::nullopt);
  count_put(entries, simulation_.now());
}

bool Account::reserve(const Request& request, std::int64_t units) {
  if (units > limit_ - members_.of(request).level.in_use()) {
    return false;
  }
  charge(request, units);
  return true;
}

void Account::settle(const Request& request, std::int64_t reserved, std::int64_t units) {
  Entries& entries = members_.of(request);
  remove(entries, std::min(reserved, entries.level.in_use()));
  add(entries, std::min(units, kMost - entries.level.in_use()), std::nullopt);
  serve_line(entries);
}

bool Account::is_over_soft(const Request& request) {
  return members_.of(request).level.in_use() >= *plan_.soft;
}

// --- expiry -------------------------------------------------------------------------------------------------------

void Account::plan_expiry(Entries& entries) {
  if (plan_.stays || entries.timed.empty()) {
    return;
  }
  const std::int64_t at = entries.timed.begin()->first;
  if (entries.expiry.is_set() && entries.expiry_at <= at) {
    return;
  }
  if (entries.expiry.is_set()) {
    simulation_.kernel().cancel(entries.expiry);
  }
  entries.expiry_at = at;
  entries.expiry =
      simulation_.kernel().schedule(SimTime{std::max(at, simulation_.now().ns)}, Phase::expire,
                                    {&Account::on_expiry, this, reinterpret_cast<std::uint64_t>(&entries)});
}

void Account::on_expiry(void* self, std::uint64_t who) {
  Account& account = *static_cast<Account*>(self);
  Entries& entries = *reinterpret_cast<Entries*>(who);
  entries.expiry = {};
  account.note_due(entries);
  account.remove(entries, entries.overdue);
  account.plan_expiry(entries);
  account.serve_line(entries);
}

void Account::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& entries : members_.all()) {
    visit(*entries);
  }
}

}  // namespace loadstone
