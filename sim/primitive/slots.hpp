// sim/primitive/slots.hpp
//
// Counted units that requests take and give back, with a line in front: the primitive under semaphores, pools, threads,
// connection limits and stations.
//
// Order.  A unit that is given back goes to the head of the line at once; whoever arrives meanwhile queues behind it.
//         Only the head is considered: a large request is not overtaken by smaller ones. At one instant a grant beats
//         the waiter's patience (Phase::release before Phase::expire).
// Limits. `queue_limit` refuses an arrival that would have to wait in a full line; 0 refuses everybody who cannot be
//         served at once. `patience` ends a wait; zero never waits.
// Not.    It does not serve: Station does.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/engine/member_array.hpp"
#include "sim/engine/resource.hpp"
#include "sim/engine/wait_queue.hpp"
#include "sim/primitive/sweep.hpp"

namespace loadstone {

struct SlotsPlan : ResourcePlan {
  Discipline discipline = Discipline::fifo;
  std::optional<std::int64_t> queue_limit;  // absent: unbounded
  std::optional<Duration> patience;         // absent: for ever
  std::optional<SweepPlan> sweep;           // when it is seen that a patience is over

  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;
};

class Slots : public Resource {
 public:
  Slots(Simulation& simulation, const SlotsPlan& plan);

  // Patience is taken by reference: an optional that is passed by value goes through memory, and waits there.
  //
  // Takes `amount` units for the request: at once (Progress::next), after a wait (Progress::waits), or not at all
  // (Progress::next with request.error set). `rank` orders a priority line; `patience` stands for the plan's.
  // REQUIRES: amount >= 1.
  Progress acquire(Request& request, std::int64_t amount, double rank = 0,
                   const std::optional<Duration>& patience = {});

  // Of a resource with one member: units in use, and those that there are.
  [[nodiscard]] std::int64_t in_use();
  [[nodiscard]] std::int64_t capacity();
  // In all its lines.
  [[nodiscard]] std::int64_t waiting() const;
  // Turns the request away, whatever is free.
  void refuse(Request& request, ErrorId error);

  // One unit that no request holds, if one is free: of a resource with one member.
  [[nodiscard]] std::optional<Hold> take_unowned();

  void leave_line(Request& request) override;
  void release(const Hold& hold) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;

 protected:
  struct Line : Member {
    Line(std::int64_t capacity, Discipline discipline, Key key) : Member(capacity), queue(discipline, key) {}
    WaitQueue queue;
  };

  // For a primitive whose members know more than a line: how one is made.
  using MakeLine = std::unique_ptr<Line> (*)(std::int64_t capacity, Discipline discipline, Key key);
  template <class L>
  static std::unique_ptr<Line> make_line(std::int64_t capacity, Discipline discipline, Key key) {
    return std::make_unique<L>(capacity, discipline, key);
  }
  Slots(Simulation& simulation, const SlotsPlan& plan, MakeLine make);

  // Whether `amount` units are free and nobody is in line before the arrival.
  [[nodiscard]] static bool is_free(const Line& line, std::int64_t amount) {
    return line.level.waiting() == 0 && line.level.in_use() + amount <= line.level.capacity();
  }
  // Puts the request in line, or refuses it (then request.error is set). Without `patience` the plan's holds.
  Progress enter_line(Request& request, Line& line, std::int64_t amount, double rank,
                      const std::optional<Duration>& patience);
  // The same without limits: whoever comes is let in.
  Progress join_line(Request& request, Line& line, std::int64_t amount, double rank,
                     const std::optional<Duration>& patience);
  // The end of a wait, however: it is in no line any more.
  void remove_from_line(Request& request, Line& line);
  // What was begun by begin_service() has ended; its unit is free.
  void end_service(Request& request, bool completed);
  // Gives units to the head of the line as long as they last.
  void serve_line(Line& line);
  // Somebody has just joined the line.
  virtual void joined(Line&) {}
  // The request has its units; called for those who waited, from an event or from inside another request.
  virtual void granted(Request& request, Line& line);

  void count_grant(Line& line, Request& request, std::int64_t waited_ns);

  const SlotsPlan& plan_;
  Sweep sweep_;
  MemberArray<Line> lines_;

 private:
  static void on_patience(void* slots, std::uint64_t request);
};

}  // namespace loadstone
