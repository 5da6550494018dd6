#include "sim/primitive/worker_pool.hpp"

#include <algorithm>
#include <utility>

#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

std::unique_ptr<Resource> WorkerPoolPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<WorkerPool>(simulation, *this);
}

namespace {

constexpr Key kPollSite = hash_text("poll phase");

}  // namespace

WorkerPool::WorkerPool(Simulation& simulation, const WorkerPoolPlan& plan)
    : Resource(simulation, plan.row),
      plan_(plan),
      queue_(simulation.resource<MessageQueue>(plan.queue)),
      relieved_(simulation.is_relieved(plan.name) || simulation.is_relieved(plan.queue_name)) {
  if (relieved_) {
    queue_.unlimit();
  }
  const std::int64_t slots = relieved_ ? kUnlimitedUnits : static_cast<std::int64_t>(plan.capacity);
  const Key key = simulation.key_of(plan.name);
  if (plan.redelivery && !relieved_) {
    redelivery_.emplace(simulation, *plan.redelivery, queue_, key);
  }
  for (std::int64_t i = 0; i < plan.instances; ++i) {
    Instance& instance = *instances_.emplace_back(std::make_unique<Instance>(*this, slots, i));
    if (plan.instances > 1) {
      instance.label = "instance=" + std::to_string(i);
    }
    if (plan.poll) {
      const double phase = uniform(draw_of(combine(key, static_cast<std::uint64_t>(i)), kPollSite, 0));
      schedule_poll(instance, SimTime{} + whole_ns(phase * static_cast<double>(plan.poll->ns)));
    } else {
      queue_.attach(instance);
      note_room(instance);
    }
  }
}

bool WorkerPool::has_room(const Instance& instance) const {
  if (relieved_) {
    return true;
  }
  const auto held = instance.level.in_use() + static_cast<std::int64_t>(instance.buffer.size());
  return plan_.batch ? is_free(instance) : held < plan_.prefetch;
}

void WorkerPool::note_room(Instance& instance) {
  const bool room = !plan_.poll && has_room(instance);
  if (room != instance.has_room) {
    instance.has_room = room;
    queue_.change_room(room ? 1 : -1);
  }
}

// --- taking -----------------------------------------------------------------------------------------------------

bool WorkerPool::take(Instance& instance) {
  if (!has_room(instance)) {
    return false;
  }
  const std::int64_t count = plan_.batch ? batch_now(instance) : 1;
  if (count == 0) {
    return false;
  }
  deliver(instance, count);
  note_room(instance);
  return true;
}

void WorkerPool::take_all(Instance& instance) {
  while (queue_.ready() > 0 && take(instance)) {
  }
}

std::int64_t WorkerPool::batch_now(Instance& instance) {
  const WorkerPoolPlan::Batch& batch = *plan_.batch;
  const std::int64_t count = std::min(queue_.ready(), batch.max);
  if (count == batch.max || !batch.timeout || relieved_) {
    return count;
  }
  const SimTime due = queue_.head().since + *batch.timeout;
  if (due <= simulation_.now()) {
    return count;
  }
  if (!instance.batch_timer.is_set() || due < instance.batch_due) {
    if (instance.batch_timer.is_set()) {
      simulation_.kernel().cancel(instance.batch_timer);
    }
    instance.batch_due = due;
    instance.batch_timer =
        simulation_.kernel().schedule(due, Phase::release, {&WorkerPool::on_batch_timeout, &instance, 0});
  }
  return 0;
}

void WorkerPool::on_batch_timeout(void* self, std::uint64_t) {
  Instance& instance = *static_cast<Instance*>(self);
  instance.batch_timer = {};
  instance.pool.take_all(instance);
}

void WorkerPool::deliver(Instance& instance, std::int64_t count) {
  Delivery delivery{queue_.pop(), simulation_.now()};
  delivery.bytes = delivery.message.bytes;
  for (std::int64_t i = 1; i < count; ++i) {
    delivery.bytes += queue_.pop().bytes;
  }
  ++instance.level.arrivals;
  if (is_free(instance)) {
    run(instance, std::move(delivery), count);
    return;
  }
  instance.level.enter_line(delivery.since);
  instance.buffer.push_back(std::move(delivery));
}

// --- running ----------------------------------------------------------------------------------------------------

void WorkerPool::run(Instance& instance, Delivery delivery, std::int64_t messages) {
  Message& message = delivery.message;
  const bool is_known = message.flow && plan_.entries.contains(*message.flow);  // else it is a dead letter
  const FlowId flow = is_known ? *message.flow : plan_.flow.value_or(0);
  const std::int64_t waited = (simulation_.now() - delivery.since).ns;
  ++instance.level.granted;
  instance.level.waited += waited > 0 ? 1 : 0;
  instance.level.use(simulation_.now(), 1);
  if (simulation_.is_sampled(delivery.since)) {
    simulation_.meter(row_).wait.record(waited);
  }
  const Key key = message.tries == 0 ? message.key : combine(message.key, static_cast<std::uint64_t>(message.tries));
  ++message.tries;
  Request& job = simulation_.admit(
      {.flow = flow, .key = key, .number = message.number, .attributes = &message.attributes, .ending = {}},
      &simulation_.model().program[plan_.entries.at(flow)]);
  job.attributes[plan_.process_attribute] = static_cast<double>(instance.number);
  if (plan_.batch_attribute >= 0) {
    job.attributes[static_cast<std::size_t>(plan_.batch_attribute)] = static_cast<double>(messages);
  }
  simulation_.add_hold(job, {.at = this, .member = &instance, .since = {}});
  simulation_.add_hold(job, queue_.hold_of(messages, delivery.bytes));
  job.holds.back().since = delivery.since;  // the message has been unacknowledged while it waited here
  if (waited > 0) {
    simulation_.meter(queue_.row()).breakdown.add(row_, Doing::waiting, waited);
  }
  if (redelivery_) {
    job.attributes[static_cast<std::size_t>(plan_.redelivery->try_attribute)] = static_cast<double>(message.tries);
    job.ending = redelivery_->begin(std::move(message));
  }
  simulation_.wake(job, Phase::release);
}

// A job has ended; its messages have been acknowledged just before.
void WorkerPool::release(const Hold& hold) {
  Instance& instance = static_cast<Instance&>(*hold.member);
  instance.level.use(simulation_.now(), -hold.amount);
  ++instance.level.completed;
  if (plan_.poll) {
    instance.freed = (instance.freed_at == simulation_.now() ? instance.freed : 0) + 1;
    instance.freed_at = simulation_.now();
    return;
  }
  if (!instance.buffer.empty()) {
    Delivery next = std::move(instance.buffer.front());
    instance.buffer.pop_front();
    instance.level.leave_line(simulation_.now());
    simulation_.meter(row_).wait_sum += (simulation_.now() - next.since).ns;
    run(instance, std::move(next), 1);
  }
  take_all(instance);
  note_room(instance);
}

// --- polling ----------------------------------------------------------------------------------------------------

void WorkerPool::schedule_poll(Instance& instance, SimTime at) {
  simulation_.kernel().schedule(at, Phase::wake, {&WorkerPool::on_poll, &instance, 0});
}

void WorkerPool::on_poll(void* self, std::uint64_t) {
  Instance& instance = *static_cast<Instance*>(self);
  instance.pool.poll(instance);
}

void WorkerPool::poll(Instance& instance) {
  schedule_poll(instance, simulation_.now() + *plan_.poll);
  std::int64_t visible = relieved_ ? kUnlimitedUnits : plan_.poll_batch - queue_.unacknowledged();
  std::int64_t free = instance.level.capacity() - instance.level.in_use();
  free -= instance.freed_at == simulation_.now() ? instance.freed : 0;
  for (; free > 0 && visible > 0 && queue_.ready() > 0; --free) {
    const std::int64_t count = std::min({queue_.ready(), visible, plan_.batch ? plan_.batch->max : 1});
    visible -= count;
    deliver(instance, count);
  }
}

// --- accounts ---------------------------------------------------------------------------------------------------

void WorkerPool::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& instance : instances_) {
    visit(*instance);
  }
}

// The messages that wait here, and those that are kept after their job, are unacknowledged.
void WorkerPool::for_each_owned_hold(const std::function<void(const Hold&)>& visit) const {
  if (redelivery_) {
    redelivery_->for_each_kept(visit);
  }
  for (const auto& instance : instances_) {
    for (const Delivery& delivery : instance->buffer) {
      Hold hold = queue_.hold_of(1);
      hold.since = delivery.since;
      hold.row = queue_.row();
      visit(hold);
    }
  }
}

void WorkerPool::for_each_waiting_message(const std::function<void(SimTime)>& visit) const {
  for (const auto& instance : instances_) {
    for (const Delivery& delivery : instance->buffer) {
      visit(delivery.since);
    }
  }
}

}  // namespace loadstone
