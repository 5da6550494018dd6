// sim/primitive/connection_store.hpp
//
// The open connections behind a pool's slots: opened when a request that has a slot finds none idle, kept when it is
// given back, closed when idle for too long. What opening one took (a server's slot) belongs to the connection and is
// given back when it closes, so idle connections go on occupying their server.
//
// Opening. Either the request that found none idle opens one itself, or (`one_by_one`) it stands in line and the store
//          opens one at a time, by a request of its own. Whatever gets free first, a new connection or one that is
//          given back, goes to the head of the line. A server that refuses is asked again after a pause; or, with
//          `fails_without` and no connection open, all in line fail with its error.
// Closing. A connection that has been idle for too long; that is too old when it is given back or asked for; that its
//          server has closed (`lose`).
// Lost.    When the server or the pool's own process dies, idle connections are closed; one that is lent is found out
//          at its next use and closed when it is given back. What they took is free at once.
// Levels.  `in use` counts open connections, idle or not; arrivals are check-outs and granted those that got one;
//          completed are closings.
// Order.   lifo takes the connection that was given back last, fifo the one that has been idle longest.
// Not.     It does not limit: the pool's slots do.
#pragma once

#include <optional>
#include <vector>

#include "sim/engine/member_array.hpp"
#include "sim/engine/resource.hpp"
#include "sim/engine/wait_queue.hpp"
#include "sim/primitive/reserve_pool.hpp"

namespace loadstone {

// What becomes of a connection that is too old.
enum class Ageing : std::uint8_t {
  closed,            // when it is given back or asked for
  closed_on_asking,  // when it is asked for
  renewed            // when it is given back, by another that is opened beside all requests, unless somebody is in line
};

struct ConnectionStorePlan : ResourcePlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  bool lifo = true;
  std::int64_t keep = INT64_MAX;              // idle connections beyond this are closed when given back
  std::int64_t min_size = 0;                  // opened when the member is made
  std::int64_t keep_idle = 0;                 // the idle timer closes none below this
  std::optional<Duration> close_idle;         // a connection idle for this long is closed
  std::optional<Duration> close_all_idle;     // all are closed when nobody has used the member for this long
  std::optional<Duration> shrink_every;       // one is closed each time if at least one was idle all the while
  std::optional<ResourceIndex> server_slots;  // taken by each of the `min_size` connections
  bool one_by_one = false;
  bool fails_without = false;        // else a refusal never reaches those in line
  Duration retry{1'000'000'000};     // before a server that has refused is asked again
  bool retry_doubles = false;        // with each refusal, until a connection is opened
  std::optional<Duration> patience;  // one_by_one: from when the request came for its slot
  std::optional<SweepPlan> sweep;    // as of slots
  std::optional<Duration> max_age;   // since it was opened
  Ageing ageing = Ageing::closed;
  double age_jitter = 0;              // up to this share earlier, by connection
  Duration age_gap;                   // between two that are closed for their age
  std::optional<ResourceIndex> pool;  // the ReservePool before it
  // Slots that its connections take, as those of all these stores do; an idle one is closed while somebody of theirs is
  // in line there.
  std::optional<ResourceIndex> cap;
  const std::vector<ResourceIndex>* sharers = nullptr;
};

class ConnectionStore final : public Resource {
 public:
  ConnectionStore(Simulation& simulation, const ConnectionStorePlan& plan);

  // Takes an idle connection: true. Or marks that the request must open one: false.
  bool check_out(Request& request);
  // The request has opened its connection: what it took since check_out now belongs to the connection.
  void opened(Request& request);

  // one_by_one: takes an idle connection, or waits for one; `opening` is where operations open one.
  // REQUIRES: the request has just got its slot.
  Progress take(Request& request, const Op& opening);
  // The server has closed the connection that is lent by this hold: it is not kept.
  static void lose(Hold& hold);
  // Whether anybody still waits for what the request of the store's own is opening.
  [[nodiscard]] static bool is_wanted(const Request& opener);
  [[nodiscard]] bool waits_for_room() const;
  // Since when its connection has been idle that has been so longest; closes that one.
  [[nodiscard]] std::optional<SimTime> longest_idle() const;
  void close_longest_idle();
  // The request of the store's own has opened a connection.
  void deliver(Request& opener);

  void lose_server(bool forgets) override;
  [[nodiscard]] bool is_lost(const Hold& hold) const override;

  void leave_line(Request& request) override;
  void release(const Hold& hold) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  void for_each_owned_hold(const std::function<void(const Hold&)>& visit) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  struct Idle {
    std::size_t connection;
    SimTime since;
  };
  struct Connection {
    std::vector<Hold> owned;  // what opening it took
    SimTime expires;
    std::uint32_t opened_in = 0;  // how often the server had been lost then
  };
  struct Connections : Member {
    explicit Connections(ConnectionStore& owner) : Member(INT64_MAX), store(&owner) {}
    // What each check-out and each return touches: one cache line.
    alignas(64) std::vector<Idle> idle;  // longest idle first; empty while somebody is in line
    std::int64_t out = 0;
    SimTime last_used;
    std::int64_t least_idle = 0;  // of the period of shrink_every
    EventId idle_timer;
    SimTime idle_timer_at;
    ConnectionStore* store;
    std::vector<Connection> all;
    std::vector<std::size_t> unused;  // of those: closed
    WaitQueue line;
    std::int64_t opening = 0;
    SimTime refused_until;
    Duration pause;  // before it is asked again; 0: it has not refused
    bool will_retry = false;
    EventId close_timer;
    std::uint64_t opened = 0;
    SimTime aged;  // when the next may be closed for its age
    SimTime made;
    std::int64_t period = 0;        // of shrink_every
    std::int64_t least_before = 0;  // the fewest that were idle in the one before
    EventId shrink_timer;
    ReservePool::Pool* pool = nullptr;
  };

  [[nodiscard]] bool is_needed_elsewhere();
  [[nodiscard]] Connections* with_longest_idle() const;
  std::size_t add(Connections& member, std::vector<Hold> holds);
  std::size_t take_idle(Connections& member);
  [[nodiscard]] bool was_lost(const Connections& member, std::size_t connection) const;
  void lend(Connections& member, Request& request, std::size_t connection);
  void count_lent(Connections& member, SimTime since);
  [[nodiscard]] bool is_too_old(Connections& member, std::size_t connection);
  void drop_too_old(Connections& member);
  [[nodiscard]] SimTime expiry(Connections& member);
  void tell_pool(Connections& member);
  void give_back(Connections& member, std::size_t connection);
  void keep(Connections& member, std::size_t connection);
  void remove_from_line(Connections& member, Request& request);
  void open_next(Connections& member);
  void refused(Connections& member, ErrorId error);
  static void on_opening_ended(void* member, std::uint64_t, Request& opener);
  static void on_retry(void* member, std::uint64_t);
  static void on_patience(void* store, std::uint64_t request);
  void close(Connections& member, std::size_t connection);
  void give_back_owned(Connections& member, std::size_t connection);
  void arm(Connections& member);
  void note_idle(Connections& member);
  static void on_shrink(void* member, std::uint64_t);
  static void on_idle(void* member, std::uint64_t);
  static void on_close_all(void* member, std::uint64_t);

  const ConnectionStorePlan& plan_;
  bool relieved_;
  Sweep sweep_;
  std::uint32_t losses_ = 0;
  MemberArray<Connections> members_;
};

}  // namespace loadstone
