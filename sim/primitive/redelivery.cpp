#include "sim/primitive/redelivery.hpp"

#include <algorithm>
#include <utility>

#include "sim/engine/simulation.hpp"

namespace loadstone {

namespace {

constexpr Key kPauseSite = hash_text("retry pause");
constexpr Key kLookSite = hash_text("claim phase");

}  // namespace

Redelivery::Redelivery(Simulation& simulation, const RedeliveryPlan& plan, MessageQueue& queue, Key key)
    : simulation_(simulation), plan_(plan), queue_(queue) {
  if (plan.every) {
    const double phase = uniform(draw_of(key, kLookSite, 0));
    first_look_ = SimTime{} + whole_ns(phase * static_cast<double>(plan.every->ns));
  }
}

std::size_t Redelivery::take() {
  if (unused_.empty()) {
    deliveries_.emplace_back();
    return deliveries_.size() - 1;
  }
  const std::size_t index = unused_.back();
  unused_.pop_back();
  return index;
}

void Redelivery::recycle(std::size_t index) {
  Delivery& delivery = deliveries_[index];
  if (delivery.timer.is_set()) {
    simulation_.kernel().cancel(delivery.timer);
    delivery.timer = {};
  }
  delivery.state = State::unused;
  unused_.push_back(index);
}

// The first look at or after the instant.
SimTime Redelivery::seen_at(SimTime due) const {
  if (!plan_.every || due <= first_look_) {
    return plan_.every ? first_look_ : due;
  }
  const std::int64_t looks = ((due - first_look_).ns + plan_.every->ns - 1) / plan_.every->ns;
  return first_look_ + Duration{looks * plan_.every->ns};
}

Ending Redelivery::begin(Message message) {
  const std::size_t index = take();
  Delivery& delivery = deliveries_[index];
  delivery.state = State::runs;
  delivery.message = std::move(message);
  delivery.since = simulation_.now();
  if (plan_.after) {
    delivery.timer =
        simulation_.kernel().schedule(seen_at(delivery.since + *plan_.after), plan_.every ? Phase::wake : Phase::expire,
                                      {&Redelivery::on_late, this, index});
  }
  return {&Redelivery::on_ended, this, index};
}

// --- ends ---------------------------------------------------------------------------------------------------------

void Redelivery::on_ended(void* self, std::uint64_t index, Request& job) {
  static_cast<Redelivery*>(self)->ended(index, job);
}

bool Redelivery::is_retried(const Delivery& delivery, ErrorId error) const {
  return plan_.retry && delivery.message.tries <= plan_.retry->max && delivery.message.tries < plan_.max_tries &&
         (plan_.retry->errors.empty() ||
          std::find(plan_.retry->errors.begin(), plan_.retry->errors.end(), error) != plan_.retry->errors.end());
}

void Redelivery::ended(std::size_t index, Request& job) {
  const ErrorId error = job.error;
  if (error == kNoError || deliveries_[index].state == State::runs_again_elsewhere) {
    recycle(index);
  } else if (error == plan_.lost || !plan_.acks_failures) {
    lose(index);
  } else if (is_retried(deliveries_[index], error)) {
    retry(index, job);
  } else {
    Message message = std::move(deliveries_[index].message);
    recycle(index);
    if (!plan_.acks_early) {
      queue_.reject(std::move(message));
    }
  }
}

void Redelivery::retry(std::size_t index, Request& job) {
  Message& message = deliveries_[index].message;
  job.draws = job.key;
  message.pause_ns = plan_.retry->backoff.pause_ns(simulation_, job, kPauseSite, message.tries, message.pause_ns);
  EventId& timer = deliveries_[index].timer;
  if (timer.is_set()) {
    simulation_.kernel().cancel(timer);
  }
  timer = simulation_.kernel().schedule(simulation_.now() + whole_ns(message.pause_ns), Phase::wake,
                                        {&Redelivery::on_pause_over, this, index});
}

void Redelivery::on_pause_over(void* self, std::uint64_t index) {
  auto& redelivery = *static_cast<Redelivery*>(self);
  Message message = std::move(redelivery.deliveries_[index].message);
  redelivery.deliveries_[index].timer = {};
  redelivery.recycle(index);
  redelivery.come_back(std::move(message));
}

void Redelivery::lose(std::size_t index) {
  Delivery& delivery = deliveries_[index];
  if (plan_.acks_early) {
    simulation_.count_mark(plan_.gone);
    recycle(index);
  } else if (plan_.after || !plan_.acks_failures) {
    delivery.state = State::kept;
    delivery.since = simulation_.now();
    queue_.keep_unacknowledged(delivery.message);
  } else {
    Message message = std::move(delivery.message);
    recycle(index);
    come_back(std::move(message));
  }
}

// It has been unacknowledged for too long.
void Redelivery::on_late(void* self, std::uint64_t index) {
  auto& redelivery = *static_cast<Redelivery*>(self);
  Delivery& delivery = redelivery.deliveries_[index];
  delivery.timer = {};
  Message message = delivery.message;
  if (delivery.state == State::kept) {
    redelivery.queue_.end_unacknowledged(message, delivery.since);
    redelivery.recycle(index);
  } else {
    delivery.state = State::runs_again_elsewhere;
  }
  redelivery.come_back(std::move(message));
}

void Redelivery::come_back(Message message) {
  if (message.tries >= plan_.max_tries) {
    simulation_.count_mark(plan_.given_up);
    queue_.reject(std::move(message));
    return;
  }
  simulation_.count_mark(plan_.redelivered);
  queue_.put_back(std::move(message));
}

void Redelivery::for_each_kept(const std::function<void(const Hold&)>& visit) const {
  for (const Delivery& delivery : deliveries_) {
    if (delivery.state == State::kept) {
      Hold hold = queue_.hold_of(1);
      hold.since = delivery.since;
      hold.row = queue_.row();
      visit(hold);
    }
  }
}

}  // namespace loadstone
