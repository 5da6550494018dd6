// sim/primitive/reserve_pool.hpp
//
// PgBouncer's pool of one (database, user): slots for its server connections, and a reserve for when the head of the
// line has waited long.
//
// Reserve. One more slot, up to `reserve` of them, when the head has waited `reserve_after` and no connection is being
//          opened: looked at when somebody joins the line, when a connection has been opened, and at every look
//          of its sweep. What it opens is a connection as any other: its slot goes when a connection beyond the pool's
//          size is closed, not when the pressure is over.
#pragma once

#include "sim/primitive/slots.hpp"

namespace loadstone {

struct ReservePoolPlan : SlotsPlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::int64_t reserve = 0;
  Duration reserve_after;
};

class ReservePool final : public Slots {
 public:
  ReservePool(Simulation& simulation, const ReservePoolPlan& plan);

  struct Pool : Line {
    using Line::Line;
    std::int64_t extra = 0;  // slots of the reserve
    bool opening = false;    // somebody waits for a connection to be opened
    EventId sweep;
  };

  // What its connections tell it. `first`: a request that picks the member.
  [[nodiscard]] Pool& pool_of(const Request* first);
  void opening(Pool& pool) { pool.opening = true; }
  void opened(Pool& pool);
  // `connections` are left, those that are being opened included.
  void closed(Pool& pool, std::int64_t connections);

 private:
  void joined(Line& line) override;
  void extend(Pool& pool);
  void watch(Pool& pool);
  void set_extra(Pool& pool, std::int64_t extra);
  static void on_sweep(void* self, std::uint64_t pool);

  const ReservePoolPlan& reserve_plan_;
};

}  // namespace loadstone
