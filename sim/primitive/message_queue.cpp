#include "sim/primitive/message_queue.hpp"

#include <algorithm>
#include <utility>

#include "sim/base/check.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/primitive/publish_gate.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

std::unique_ptr<Resource> MessageQueuePlan::instantiate(Simulation& simulation) const {
  return std::make_unique<MessageQueue>(simulation, *this);
}

namespace {

constexpr Key kDeadSite = hash_text("dead letter");

std::int64_t whole(double capacity) {
  return capacity >= 1e15 ? kUnlimitedUnits : static_cast<std::int64_t>(capacity);
}

}  // namespace

MessageQueue::MessageQueue(Simulation& simulation, const MessageQueuePlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      member_(simulation.is_relieved(plan.name) ? kUnlimitedUnits : whole(plan.capacity)),
      relieved_(simulation.is_relieved(plan.name)) {}

void MessageQueue::unlimit() {
  member_.level.set_capacity(simulation_.now(), kUnlimitedUnits);
}

bool MessageQueue::is_over(std::int64_t length, std::int64_t bytes) const {
  return !relieved_ &&
         ((plan_.max_length && length > *plan_.max_length) || (plan_.max_bytes && bytes > *plan_.max_bytes));
}

bool MessageQueue::publish(Message message) {
  Level& level = member_.level;
  ++level.arrivals;
  if (plan_.overflow != Overflow::drop_head && is_over(ready() + 1, ready_bytes_ + message.bytes)) {
    ++level.refused;
    if (plan_.overflow == Overflow::reject_publish_dlx) {
      bury(std::move(message), false);
    }
    return false;
  }
  enter(message);
  message.expires = plan_.ttl ? message.since + std::min(*plan_.ttl, kEndOfTime - message.since) : kEndOfTime;
  ready_.push_back(std::move(message));
  dispatch();
  while (!ready_.empty() && plan_.overflow == Overflow::drop_head && is_over(ready(), ready_bytes_)) {
    ++level.refused;
    bury(discard_head(), false);
  }
  plan_expiry();
  check_counts();
  return true;
}

void MessageQueue::enter(Message& message) {
  message.since = simulation_.now();
  member_.level.enter_line(message.since);
  ready_bytes_ += message.bytes;
  occupy(message.bytes);
}

void MessageQueue::occupy(std::int64_t bytes) {
  all_bytes_ += bytes;
  if (!plan_.alarm || relieved_ || bytes == 0) {
    return;
  }
  auto& gate = simulation_.resource<PublishGate>(plan_.alarm->gate);
  if (all_bytes_ > plan_.alarm->bytes) {
    gate.close();
  } else if (all_bytes_ < plan_.alarm->bytes) {
    gate.open();
  }
}

void MessageQueue::check_counts() const {
  const Level& level = member_.level;
  LOADSTONE_CHECK(level.arrivals == level.granted + level.refused + level.timed_out + ready_.size(),
                  "messages published to '" + plan_.name + "' = delivered + dropped + expired + ready");
}

void MessageQueue::put_back(Message message) {
  const bool too_often = plan_.delivery_limit && message.tries > *plan_.delivery_limit;
  if (too_often || message.expires < simulation_.now()) {
    simulation_.count_mark(too_often ? plan_.over_limit : plan_.expired);
    bury(std::move(message), false);
    return;
  }
  ++member_.level.arrivals;
  enter(message);
  ready_.push_front(std::move(message));
  dispatch();
  plan_expiry();
  check_counts();
}

void MessageQueue::reject(Message message) {
  bury(std::move(message), true);
}

void MessageQueue::bury(Message message, bool rejected) {
  if (!plan_.dead_letters) {
    return;
  }
  if (rejected) {
    message.died_in.clear();
  } else {
    message.died_in.push_back(row_);
  }
  if (std::find(message.died_in.begin(), message.died_in.end(), *plan_.dead_letters) != message.died_in.end()) {
    return;
  }
  simulation_.count_mark(plan_.dead);
  message.key = combine(message.key, kDeadSite);
  message.tries = 0;
  message.pause_ns = 0;
  static_cast<void>(simulation_.resource<MessageQueue>(*plan_.dead_letters).publish(std::move(message)));
}

void MessageQueue::plan_expiry() {
  if (ready_.empty() || ready_.front().expires == kEndOfTime) {
    return;
  }
  const SimTime at = std::max(ready_.front().expires, simulation_.now());  // it may have been behind a younger one
  if (expiry_.is_set()) {
    if (expiry_at_ <= at) {
      return;  // looks then again
    }
    simulation_.kernel().cancel(expiry_);
  }
  expiry_at_ = at;
  expiry_ = simulation_.kernel().schedule(at, Phase::expire, {&MessageQueue::on_expiry, this, 0});
}

void MessageQueue::on_expiry(void* self, std::uint64_t) {
  MessageQueue& queue = *static_cast<MessageQueue*>(self);
  queue.expiry_ = {};
  while (!queue.ready_.empty() && queue.ready_.front().expires <= queue.simulation_.now()) {
    ++queue.member_.level.timed_out;
    queue.simulation_.count_mark(queue.plan_.expired);
    queue.bury(queue.discard_head(), false);
  }
  queue.plan_expiry();
}

void MessageQueue::keep_unacknowledged(const Message& message) {
  occupy(message.bytes);
  member_.level.use(simulation_.now(), 1);
}

void MessageQueue::end_unacknowledged(const Message& message, SimTime since) {
  occupy(-message.bytes);
  simulation_.count_hold(row_, since);
  simulation_.meter(row_).breakdown.add(row_, Doing::waiting, (simulation_.now() - since).ns);
  member_.level.use(simulation_.now(), -1);
}

// Whoever has room takes messages in turn, until nobody wants any.
void MessageQueue::dispatch() {
  if (with_room_ == 0) {
    return;
  }
  for (std::size_t declined = 0; !ready_.empty() && declined < consumers_.size();) {
    MessageConsumer& consumer = *consumers_[turn_];
    turn_ = (turn_ + 1) % consumers_.size();
    declined = consumer.take() ? 0 : declined + 1;
  }
}

Message MessageQueue::remove_head() {
  Message head = std::move(ready_.front());
  ready_.pop_front();
  ready_bytes_ -= head.bytes;
  member_.level.leave_line(simulation_.now());
  simulation_.meter(row_).wait_sum += (simulation_.now() - head.since).ns;
  return head;
}

Message MessageQueue::discard_head() {
  Message head = remove_head();
  occupy(-head.bytes);
  return head;
}

Message MessageQueue::pop() {
  Message head = remove_head();
  const std::int64_t age = (simulation_.now() - head.since).ns;
  Level& level = member_.level;
  level.use(simulation_.now(), 1);
  ++level.granted;
  level.waited += age > 0 ? 1 : 0;
  if (simulation_.is_sampled(head.since)) {
    simulation_.meter(row_).wait.record(age);
  }
  plan_expiry();
  return head;
}

void MessageQueue::release(const Hold& hold) {
  member_.level.use(simulation_.now(), -hold.amount);
  member_.level.completed += static_cast<std::uint64_t>(hold.amount);
  occupy(-hold.unit);
}

void MessageQueue::for_each_waiting_message(const std::function<void(SimTime)>& visit) const {
  for (const Message& message : ready_) {
    visit(message.since);
  }
}

}  // namespace loadstone
