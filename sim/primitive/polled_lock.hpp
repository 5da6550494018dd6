// sim/primitive/polled_lock.hpp
//
// A lock that is a key on a server (SET NX): who finds the key there sleeps and asks again. No queue, no fairness, and
// nobody is told when the key goes.
//
// Take.   An attempt is a command, and takes effect when the command has been executed. The first is the request's own;
//         from the first failure on the request is in line, and each further attempt is a command sent for it: one
//         event for the timer and those of the command, none for a release. Who wins is who asks first.
// Expiry. `ttl` after it was taken the key is gone (Phase::expire), whoever has it: the hold ends there, its holder
//         goes on without it and finds out when it releases (`not_owned`). Two inside at once are an overlap, on a row
//         of its own. A release or a SET executed at the very instant of the expiry comes before it, a poll after it.
// Leaves. A poller that is abandoned leaves the line; a SET that is under way is still executed, and may take the key
//         for nobody until it expires (`leaked`).
// Memory. Of each key that was ever asked for its level and an integer; nothing else of a key that nobody has.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "sim/engine/drawn.hpp"
#include "sim/engine/member_array.hpp"
#include "sim/engine/resource.hpp"
#include "sim/engine/scopes.hpp"

namespace loadstone {

struct PolledLockPlan : ResourcePlan {
  std::optional<Duration> ttl;               // absent: the key never expires
  Backoff pause;                             // between a failed attempt and the next
  std::optional<Duration> blocking_timeout;  // gives up when the next attempt would come later than this
  std::uint32_t not_owned = 0;               // mark: a release that found another's key, or none
  std::uint32_t leaked = 0;                  // mark: a key that nobody knows of was set
  RowId overlap = 0;                         // of the row for overlaps, if there is a ttl

  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;
};

// The plan of an op_polled_lock_take: how one `lock` step asks.
struct PolledLockStep {
  ResourceIndex lock = 0;
  std::uint32_t attempt = 0;  // entry of a further attempt's command, which ends with an op_return
  Drawn reply;                // how long its answer is on the way
  Key reply_site = 0;
  bool limited = false;  // an op_polled_lock_begin stands before the first command
};

// Notes when it gives up; before the first command of a step with a blocking_timeout. `target` is the lock.
Progress op_polled_lock_begin(Simulation&, Request&, const Op&);
// The first command has been executed. `plan` is a PolledLockStep; the operation's site names the pauses.
Progress op_polled_lock_take(Simulation&, Request&, const Op&);

class PolledLock final : public Resource {
 public:
  PolledLock(Simulation& simulation, const PolledLockPlan& plan);

  Progress take(Request& request, const Op& op, SimTime give_up_at);
  // Keys are gone if the server forgets; their holders go on without.
  void lose_server(bool forgets) override;
  void leave_line(Request& request) override;
  void release(const Hold& hold) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  void for_each_owned_hold(const std::function<void(const Hold&)>& visit) const override;
  [[nodiscard]] const PolledLockPlan& plan() const { return plan_; }

 private:
  struct LockKey : Member {
    using Member::Member;
    std::int64_t owner = 0;   // whose token it holds; 0: there is no such key
    std::int64_t inside = 0;  // who took it and has not come to its release
    SimTime overlap_since;
  };
  struct Expiry {
    LockKey* key = nullptr;
    Request* holder = nullptr;  // who took it; nullptr: nobody knows of it
    EventId event;
  };

  [[nodiscard]] bool is_free(const LockKey& key) const { return relieved_ || key.owner == 0; }
  std::int64_t set(LockKey& key, Request* holder);
  void grant(Request& request, LockKey& key, std::int64_t waited_ns);
  void ask_later(Request& request, Duration reply);
  void set_timer(Request& request, SimTime at, Phase phase, void (*run)(void*, std::uint64_t));
  void remove_from_line(Request& request);
  void lose(Request& holder, std::int64_t token);
  void stop_expiry(std::int64_t token);
  void go_in(LockKey& key);
  void come_out(LockKey& key);

  static void on_poll(void* lock, std::uint64_t request);
  static void on_give_up(void* lock, std::uint64_t request);
  static void on_answer(void* lock, std::uint64_t request, Request& command);
  static void on_answer_to_nobody(void* lock, std::uint64_t key, Request& command);
  static void on_expiry(void* lock, std::uint64_t token);

  const PolledLockPlan& plan_;
  bool relieved_;
  MemberArray<LockKey> keys_;
  std::int64_t tokens_ = 0;
  std::unordered_map<std::int64_t, Expiry> expiries_;  // by token; looked up only
  std::vector<Hold> leaked_;
};

// The times during which two or more were inside one lock: a row of its own, in use = keys with an overlap.
struct LockOverlapPlan : ResourcePlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;
};

class LockOverlap final : public Resource {
 public:
  LockOverlap(Simulation& simulation, const LockOverlapPlan& plan);
  void begin();
  void end(SimTime since);
  void for_each_member(const std::function<void(const Member&)>& visit) const override { visit(all_); }

 private:
  Member all_;
};

}  // namespace loadstone
