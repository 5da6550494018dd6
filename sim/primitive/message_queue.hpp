// sim/primitive/message_queue.hpp
//
// A broker's queue: messages in the order of publishing, until a worker takes them; then held until they are
// acknowledged. The primitive under the kind `queue`.
//
// Levels.  The line is the messages that are ready; its waits are ages at delivery. `in use` is what has been delivered
//          and not acknowledged; its capacity is what all workers together may hold of it. Refused: rejected or
//          dropped.
// Order.   First published, first delivered. A message that a worker has room for is delivered in the act of
//          publishing; workers with room take turns. Limits count ready messages only.
// Alarm.   With a watermark the bytes of all its messages, ready or unacknowledged, close the gate of the publishers
// when
//          they are more, and open it when they are less.
// Back.    A message that is delivered again is ready before all others; it counts as another arrival. One that has
//          been delivered `delivery_limit` times and once more is dead instead.
// Expiry.  A message that is `ttl` old and still ready, at the head, is dead (Phase::expire: a delivery by a completion
//          of that instant is in time, one by an arrival is not). It is `ttl` from its publishing also if it comes
//          back.
// Dead.    What is dropped, expires, is rejected by its worker or comes back too often is published to the queue of
//          dead letters at that instant, as a new message, or is lost if there is none. So is one that has died there
//          before and has not been rejected by a worker since, as in RabbitMQ: else it could go round for ever.
// Owns.    The ready messages. A delivered one belongs to its worker; the job's Hold of this resource stands for it, or
//          whoever keeps it unacknowledged after its job.
// Not.     It runs nothing: WorkerPool does. What comes back, and when, is said by Redelivery.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "sim/engine/resource.hpp"
#include "sim/random/keyed.hpp"

namespace loadstone {

struct Message {
  std::optional<FlowId> flow;  // what is to be run; absent: what the worker runs
  Key key = 0;                 // of its job's draws
  std::uint64_t number = 0;    // of the publisher, for messages and the request log
  std::int64_t bytes = 0;
  SimTime since;  // of publishing; set by the queue
  std::vector<double> attributes;
  std::int64_t tries = 0;  // how often it has been delivered
  double pause_ns = 0;     // before it came back the last time
  SimTime expires = kEndOfTime;
  std::vector<ResourceIndex> died_in = {};  // queues, since a worker has rejected it
};

enum class Overflow : std::uint8_t { drop_head, reject_publish, reject_publish_dlx };

struct MessageQueuePlan : ResourcePlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::optional<std::int64_t> max_length;  // ready messages
  std::optional<std::int64_t> max_bytes;   // of ready messages
  Overflow overflow = Overflow::drop_head;
  struct Alarm {
    std::int64_t bytes = 0;
    ResourceIndex gate = 0;
  };
  std::optional<Alarm> alarm;
  std::optional<Duration> ttl;
  std::optional<std::int64_t> delivery_limit;
  std::optional<ResourceIndex> dead_letters;  // the queue to which dead ones go
  // marks
  std::uint32_t expired = 0;
  std::uint32_t over_limit = 0;
  std::uint32_t dead = 0;  // published to the dead letters
};

// Who is pushed messages: one instance of a worker.
class MessageConsumer {
 public:
  virtual ~MessageConsumer() = default;
  // Takes (pops) of the ready messages what it wants now; false: nothing. REQUIRES: some are ready.
  virtual bool take() = 0;
};

class MessageQueue final : public Resource {
 public:
  MessageQueue(Simulation& simulation, const MessageQueuePlan& plan);

  // False: rejected.
  bool publish(Message message);

  // --- for workers ----------------------------------------------------------------------------------------------
  // From now on the consumer is asked whenever messages are ready and somebody has room.
  void attach(MessageConsumer& consumer) { consumers_.push_back(&consumer); }
  // A consumer has got room for a message (+1), or has none any more (-1).
  void change_room(int by) { with_room_ += by; }
  // A worker without a limit holds any number.
  void unlimit();
  [[nodiscard]] std::int64_t ready() const { return static_cast<std::int64_t>(ready_.size()); }
  [[nodiscard]] std::int64_t unacknowledged() const { return member_.level.in_use(); }
  [[nodiscard]] const Message& head() const { return ready_.front(); }
  // Delivers the head. REQUIRES: ready() > 0.
  Message pop();
  // What the job holds of the queue for `messages` delivered ones, until it ends: then they are acknowledged.
  [[nodiscard]] Hold hold_of(std::int64_t messages, std::int64_t bytes = 0) {
    return {.at = this, .member = &member_, .since = {}, .amount = messages, .unit = bytes};
  }

  // Makes a message that was delivered before ready again, at the head.
  void put_back(Message message);
  // Its worker does not want to see it again.
  void reject(Message message);
  // One delivered message is unacknowledged though no job holds it: from now on, and from `since` until now.
  void keep_unacknowledged(const Message& message);
  void end_unacknowledged(const Message& message, SimTime since);

  void release(const Hold& hold) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override { visit(member_); }
  void for_each_waiting_message(const std::function<void(SimTime)>& visit) const override;

 private:
  [[nodiscard]] bool is_over(std::int64_t length, std::int64_t bytes) const;
  void dispatch();
  // Takes note of a message that gets ready now.
  void enter(Message& message);
  void check_counts() const;
  // The bytes of all its messages change.
  void occupy(std::int64_t bytes);
  // Takes the head out of the line.
  Message remove_head();
  Message discard_head();
  void bury(Message message, bool rejected);
  void plan_expiry();
  static void on_expiry(void* queue, std::uint64_t);

  const MessageQueuePlan& plan_;
  Member member_;
  bool relieved_;
  std::deque<Message> ready_;
  std::int64_t ready_bytes_ = 0;
  std::int64_t all_bytes_ = 0;
  std::vector<MessageConsumer*> consumers_;
  std::size_t turn_ = 0;  // whose it is
  int with_room_ = 0;
  EventId expiry_;
  SimTime expiry_at_;
};

}  // namespace loadstone
