// sim/primitive/account.hpp
//
// A level that outlives requests: rows of a table, bytes of memory, dollars of a budget. Requests put something in and
// take something out; what has a time to live vanishes, or waits for a reaper.
//
// Order.  Expiry is Phase::expire: at one instant it comes after completions and before whoever wakes up or arrives.
//         All that is due at one instant goes in one event. What is due first is taken first, then what has no time to
//         live.
// Full.   A put that does not fit is refused (error), dropped (counts as refused; the request goes on), or waits in
// line
//         first come first served until there is room. Or it makes room: evict takes out as much as it needs, those due
//         first; with crash all that is in there is lost, and the put fails.
// Levels. `in use` is the level, in units; its integral is exact. A relieved account is never full.
// Cost.   O(log n) in the number of distinct instants at which something is due.
// Not.    Nothing is held: the level belongs to nobody.
#pragma once

#include <map>
#include <optional>

#include "sim/engine/member_array.hpp"
#include "sim/engine/resource.hpp"
#include "sim/engine/wait_queue.hpp"

namespace loadstone {

enum class OnFull : std::uint8_t { refuse, evict, block, drop, crash };

struct AccountPlan : ResourcePlan {
  AccountPlan() { in_bound = false; }  // its level is no time in which it is busy
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::int64_t limit = std::int64_t{1} << 62;  // units; what `capacity` says to reports
  std::int64_t initial = 0;                    // units, put at the start
  std::optional<std::int64_t> soft;            // units at which something else is done than before
  std::optional<Duration> ttl;                 // unless the put says otherwise
  bool stays = false;                          // what is due waits for a reaper
  OnFull on_full = OnFull::refuse;
  std::optional<std::uint32_t> emptied;  // the mark of an eviction or a crash
  ErrorId full = kNoError;
  ErrorId empty = kNoError;
};

class Account final : public Resource {
 public:
  Account(Simulation& simulation, const AccountPlan& plan);

  // REQUIRES for all: units >= 0.
  // Puts units in: at once or refused (Progress::next, request.error), or after a wait (Progress::waits).
  Progress put(Request& request, std::int64_t units, std::optional<Duration> ttl = {});
  // Takes units out, all of them or none (request.error).
  Progress take(Request& request, std::int64_t units);
  // Units that a reaper may take: those whose time has passed, and those without one.
  [[nodiscard]] std::int64_t due(const Request& request);
  // Takes up to so many of them. And what all reapers have taken since the start.
  void reap(const Request& request, std::int64_t units);
  [[nodiscard]] std::int64_t reaped(const Request& request);
  // Whether nothing is left of a budget; and a charge on it, which may overdraw it (fidelity 6.5).
  [[nodiscard]] bool is_spent(const Request& request);
  void charge(const Request& request, std::int64_t units);
  // Sets units aside, if they are there; and what becomes of them: so many are charged, the others come back.
  [[nodiscard]] bool reserve(const Request& request, std::int64_t units);
  void settle(const Request& request, std::int64_t reserved, std::int64_t units);
  // Whether the level is at the soft limit, or over it. REQUIRES: the plan has one.
  [[nodiscard]] bool is_over_soft(const Request& request);

  void leave_line(Request& request) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  struct Entries : Member {
    explicit Entries(std::int64_t capacity) : Member(capacity) {}
    std::map<std::int64_t, std::int64_t> timed;  // units by the instant at which they are due (ns)
    std::int64_t overdue = 0;                    // units that were due before, no longer in `timed`
    std::int64_t lasting = 0;                    // units without a time to live
    std::int64_t reaped = 0;
    WaitQueue queue;
    EventId expiry;
    std::int64_t expiry_at = 0;
  };

  [[nodiscard]] bool fits(const Entries& entries, std::int64_t units) const;
  void add(Entries& entries, std::int64_t units, std::optional<Duration> ttl);
  void remove(Entries& entries, std::int64_t units);
  void note_due(Entries& entries) const;
  // Evicts, or crashes, where the plan says so. Whether the put has room now.
  bool make_room(Entries& entries, std::int64_t units);
  void count_put(Entries& entries, SimTime came);
  void remove_from_line(Entries& entries, Request& request);
  void serve_line(Entries& entries);
  void plan_expiry(Entries& entries);
  static void on_expiry(void* account, std::uint64_t entries);

  const AccountPlan& plan_;
  std::int64_t limit_;
  MemberArray<Entries> members_;
};

}  // namespace loadstone
