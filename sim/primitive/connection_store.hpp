// sim/primitive/connection_store.hpp
//
// The open connections behind a pool's slots: opened when a request that has a slot finds none idle, kept when it is
// given back, closed when idle for too long. What opening one took (a server's slot) belongs to the connection and is
// given back when it closes, so idle connections go on occupying their server.
//
// Levels. `in use` counts open connections, idle or not; arrivals are check-outs; completed are closings.
// Order.  lifo takes the connection that was given back last, fifo the one that has been idle longest.
// Not.    It does not limit or queue: the pool's slots do.
#pragma once

#include <optional>
#include <vector>

#include "sim/engine/member_array.hpp"
#include "sim/engine/resource.hpp"

namespace loadstone {

struct ConnectionStorePlan : ResourcePlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  bool lifo = true;
  std::int64_t keep = INT64_MAX;              // idle connections beyond this are closed when given back
  std::int64_t min_size = 0;                  // opened when the member is made
  std::int64_t keep_idle = 0;                 // the idle timer closes none below this
  std::optional<Duration> close_idle;         // a connection idle for this long is closed
  std::optional<Duration> close_all_idle;     // all are closed when nobody has used the member for this long
  std::optional<ResourceIndex> server_slots;  // taken by each of the `min_size` connections
};

class ConnectionStore final : public Resource {
 public:
  ConnectionStore(Simulation& simulation, const ConnectionStorePlan& plan);

  // Takes an idle connection: true. Or marks that the request must open one: false.
  bool check_out(Request& request);
  // The request has opened its connection: what it took since check_out now belongs to the connection.
  void opened(Request& request);

  void release(const Hold& hold) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  void for_each_owned_hold(const std::function<void(const Hold&)>& visit) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  struct Idle {
    std::size_t connection;
    SimTime since;
  };
  struct Connections : Member {
    explicit Connections(ConnectionStore& owner) : Member(INT64_MAX), store(&owner) {}
    ConnectionStore* store;
    std::vector<std::vector<Hold>> owned;  // by connection; empty slots are reused
    std::vector<std::size_t> unused;
    std::vector<Idle> idle;  // longest idle first
    std::int64_t out = 0;
    SimTime last_used;
    EventId idle_timer;
    EventId close_timer;
  };

  std::size_t add(Connections& member, std::vector<Hold> holds);
  void give_back(Connections& member, std::size_t connection);
  void close(Connections& member, std::size_t connection);
  void arm(Connections& member);
  static void on_idle(void* member, std::uint64_t);
  static void on_close_all(void* member, std::uint64_t);

  const ConnectionStorePlan& plan_;
  MemberArray<Connections> members_;
};

}  // namespace loadstone
