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
// Renew.  A watchdog of the holder sends a command `renew` after the answer to the one before; the key then lives for
//         `ttl` from its execution. It stops when the holder comes to its release, fails or dies, when the server does
//         not take the command, and when the key is found to be gone or another's.
// Fence.  Tokens grow with each SET that takes a key. A write under the lock is refused if a later holder of the key
//         has written before it, or if its request does not hold the lock at all.
// Leaves. A poller that is abandoned leaves the line; a SET that is under way is still executed, and may take the key
//         for nobody until it expires (`leaked`). So stays the key of a holder that dies with its process.
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
  std::optional<Duration> renew;             // from an answer to the next command that extends the key; absent: never
  Backoff pause;                             // between a failed attempt and the next
  std::optional<Duration> blocking_timeout;  // gives up when the next attempt would come later than this
  std::uint32_t not_owned = 0;               // mark: a release that found another's key, or none
  std::uint32_t leaked = 0;                  // mark: a key that nobody knows of was set
  std::uint32_t stale_token = 0;             // mark: a write that was refused
  ErrorId stale = kNoError;                  // what it fails with
  // What a holder ends with that dies: with its process (no scope of it is asked), or as a worker under its job.
  ErrorId died = kNoError;
  ErrorId worker_died = kNoError;
  RowId overlap = 0;  // of the row for overlaps, if there is a ttl

  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;
};

// The plan of an op_polled_lock_take: how one `lock` step asks.
struct PolledLockStep {
  ResourceIndex lock = 0;
  std::uint32_t attempt = 0;  // entry of a further attempt's command, which ends with an op_return
  std::uint32_t renewal = 0;  // the same of a command that extends the key
  Drawn reply;                // how long its answer is on the way
  Key reply_site = 0;
  bool limited = false;  // an op_polled_lock_begin stands before the first command
};

// Notes when it gives up; before the first command of a step with a blocking_timeout. `target` is the lock.
Progress op_polled_lock_begin(Simulation&, Request&, const Op&);
// The first command has been executed. `plan` is a PolledLockStep; the operation's site names the pauses.
Progress op_polled_lock_take(Simulation&, Request&, const Op&);
// Opens and closes the scope in which the lock is held. `plan` is a PolledLockStep; the site names the draws of
// renewals.
Progress op_polled_lock_watch(Simulation&, Request&, const Op&);
bool unwind_polled_lock_watch(Simulation&, Request&, const Op&, const Frame&);
Progress op_polled_lock_unwatch(Simulation&, Request&, const Op&);
// A write to what the lock protects takes effect. `target` is the lock.
Progress op_polled_lock_fence(Simulation&, Request&, const Op&);

class PolledLock final : public Resource {
 public:
  PolledLock(Simulation& simulation, const PolledLockPlan& plan);

  Progress take(Request& request, const Op& op, SimTime give_up_at);
  // Until stop_renewing() the key that the request took last is extended; its token.
  std::int64_t begin_renewing(Request& request, const Op& op);
  void stop_renewing(std::int64_t token);
  // Its holder is gone and nobody gives it back.
  void leave_key(Request& request, std::int64_t token);
  void write(Request& request);
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
    std::int64_t wrote = 0;   // the latest token with which something was written
    SimTime overlap_since;
  };
  struct Expiry {
    LockKey* key = nullptr;
    Request* holder = nullptr;  // who took it; nullptr: nobody knows of it
    EventId event;
  };
  struct Renewal {
    const Op* op = nullptr;
    Request* holder = nullptr;  // who took it
    Key draws = 0;
    std::uint64_t sent = 0;
    EventId timer;
    Request* command = nullptr;  // under way
  };

  [[nodiscard]] bool is_free(const LockKey& key) const { return relieved_ || key.owner == 0; }
  std::int64_t set(LockKey& key, Request* holder);
  void grant(Request& request, LockKey& key, std::int64_t waited_ns);
  void ask_later(Request& request, Duration reply);
  void set_timer(Request& request, SimTime at, Phase phase, void (*run)(void*, std::uint64_t));
  void remove_from_line(Request& request);
  Request& holder_of(std::int64_t token, Request& taker) const;
  void lose(Request& taker, std::int64_t token);
  // Its holder keeps a hold of nothing.
  void end_for_accounts(Request& holder, Hold& hold);
  // There is no key of that token any more.
  void free_key(LockKey& key, std::int64_t token);
  void leak(LockKey& key, std::int64_t token);
  void schedule_expiry(std::int64_t token, Expiry& expiry);
  void stop_expiry(std::int64_t token);
  void schedule_renewal(std::int64_t token, Renewal& renewal, Duration reply);
  void go_in(LockKey& key);
  void come_out(LockKey& key);

  static void on_poll(void* lock, std::uint64_t request);
  static void on_give_up(void* lock, std::uint64_t request);
  static void on_answer(void* lock, std::uint64_t request, Request& command);
  static void on_answer_to_nobody(void* lock, std::uint64_t key, Request& command);
  static void on_expiry(void* lock, std::uint64_t token);
  static void on_renewal(void* lock, std::uint64_t token);
  static void on_renewed(void* lock, std::uint64_t token, Request& command);

  const PolledLockPlan& plan_;
  bool relieved_;
  MemberArray<LockKey> keys_;
  std::int64_t tokens_ = 0;
  std::unordered_map<std::int64_t, Expiry> expiries_;   // by token; looked up only
  std::unordered_map<std::int64_t, Renewal> renewals_;  // the same
  std::vector<Hold> leaked_;
};

}  // namespace loadstone
