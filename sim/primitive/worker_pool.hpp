// sim/primitive/worker_pool.hpp
//
// Workers that take messages from a queue and run a flow for each: the primitive under the kind `worker`. An instance
// has slots, each of which runs one job at a time; a job is a request of its own.
//
// Push.    A message goes to an instance with room (`prefetch`: how many it may hold unacknowledged); it starts if a
// slot
//          is free, otherwise it waits in the instance, whoever else is idle. A slot that gets free takes the
//          instance's longest waiting message, then the head of the queue; the job starts later at the same instant.
// Poll.    Every `poll` an instance picks as many messages as it has free slots; a job that ends triggers nothing. It
//          sees the first `poll_batch` entries of the queue only, and running jobs are among them (ARQ). A slot that
//          gets free at the very instant of a poll is free for the next one: it writes its result first.
// Batch.   One job for up to `max` messages, with the first one's attributes; it starts when a slot is free and `max`
// are
//          ready, or `timeout` has passed since the oldest came (Phase::release), or, without timeout, at once.
// Levels.  `in use` is busy slots; the line is messages that wait in the instance.
// Ends.    A job that fails is acknowledged, as one that ends well, unless there is a Redelivery to ask.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "sim/engine/resource.hpp"
#include "sim/primitive/message_queue.hpp"
#include "sim/primitive/redelivery.hpp"

namespace loadstone {

struct WorkerPoolPlan : ResourcePlan {  // capacity: slots of one instance
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  struct Batch {
    std::int64_t max = 1;
    std::optional<Duration> timeout;
  };

  ResourceIndex queue = 0;
  std::string queue_name;  // relieved with the queue
  std::int64_t instances = 1;
  std::int64_t prefetch = 1;     // messages that an instance holds unacknowledged, at most
  std::optional<Duration> poll;  // absent: push
  std::int64_t poll_batch = 100;
  std::optional<Batch> batch;
  std::optional<RedeliveryPlan> redelivery;
  std::uint16_t process_attribute = 0;      // the instance's number, of every job
  std::int32_t batch_attribute = -1;        // the number of messages of its batch
  std::optional<FlowId> flow;               // of messages that name none
  std::map<FlowId, std::uint32_t> entries;  // where jobs of a flow enter the program
};

class WorkerPool final : public Resource {
 public:
  WorkerPool(Simulation& simulation, const WorkerPoolPlan& plan);

  void release(const Hold& hold) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  void for_each_owned_hold(const std::function<void(const Hold&)>& visit) const override;
  void for_each_waiting_message(const std::function<void(SimTime)>& visit) const override;

 private:
  struct Delivery {
    Message message;  // of a batch, the first
    SimTime since;
    std::int64_t bytes = 0;  // of all of them
  };
  struct Instance final : Member, MessageConsumer {
    Instance(WorkerPool& owner, std::int64_t slots, std::int64_t place) : Member(slots), pool(owner), number(place) {}
    bool take() override { return pool.take(*this); }

    WorkerPool& pool;
    std::int64_t number;
    std::deque<Delivery> buffer;
    bool has_room = false;
    std::int64_t freed = 0;  // slots, at the instant `freed_at`
    SimTime freed_at;
    EventId batch_timer;
    SimTime batch_due;
  };

  // Pushed messages: one, or a batch if there is one to start. False: none.
  bool take(Instance& instance);
  // How many messages a batch would take now; 0: not yet, and a timer is set.
  std::int64_t batch_now(Instance& instance);
  // Pops one message, or a batch of `count`, and starts it if a slot is free.
  void deliver(Instance& instance, std::int64_t count);
  void run(Instance& instance, Delivery delivery, std::int64_t messages);
  [[nodiscard]] bool is_free(const Instance& instance) const {
    return instance.level.in_use() < instance.level.capacity();
  }
  [[nodiscard]] bool has_room(const Instance& instance) const;
  void note_room(Instance& instance);
  void take_all(Instance& instance);

  void schedule_poll(Instance& instance, SimTime at);
  static void on_poll(void* instance, std::uint64_t);
  static void on_batch_timeout(void* instance, std::uint64_t);
  void poll(Instance& instance);

  const WorkerPoolPlan& plan_;
  MessageQueue& queue_;
  bool relieved_;
  std::optional<Redelivery> redelivery_;
  std::vector<std::unique_ptr<Instance>> instances_;
};

}  // namespace loadstone
