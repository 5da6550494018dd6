// sim/primitive/redelivery.hpp
//
// Which messages a worker gets again: those whose job failed in a way that is retried, whose worker died under the job,
// or that stay unacknowledged for too long. Beside WorkerPool, which runs the jobs.
//
// Retry.   A job that fails with one of the errors, and has not been tried too often, is acknowledged and comes back
//          after a pause.
// Lost.    A job whose worker dies under it (`lost`) comes back at once (a broker that sees the connection close), or
//          stays unacknowledged until it has been so for `after` (a timeout, or somebody who claims it), or, where the
//          acknowledgement came before the job, is gone.
// Fails.   Any other failure is acknowledged early, or late and then rejected, as is what has been tried too often: the
//          queue's dead letters may get it. Or it is not (a stream), and then it stays unacknowledged, for ever without
//          `after`.
// Longer.  A job that runs for longer than `after` is delivered a second time while it runs: both are done.
// Order.   `after` counts from the delivery to the job's slot and is an expiry (Phase::expire): a completion of that
//          instant is in time. With `every` it is seen at the next of those instants only, which are polls.
// Owns.    A copy of each message whose job runs, and those that are kept after their job.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/engine/scopes.hpp"
#include "sim/primitive/message_queue.hpp"

namespace loadstone {

struct RedeliveryPlan {
  std::optional<RetryPlan> retry;
  ErrorId lost = kNoError;  // what a job ends with whose worker dies
  bool acks_early = false;
  bool acks_failures = true;
  std::optional<Duration> after;
  std::optional<Duration> every;
  std::int64_t max_tries = INT64_MAX;  // deliveries of one message
  std::int32_t try_attribute = -1;     // of the job: which delivery it is, from 1
  // marks
  std::uint32_t redelivered = 0;
  std::uint32_t gone = 0;      // acknowledged early, and lost
  std::uint32_t given_up = 0;  // tried too often
};

class Redelivery {
 public:
  Redelivery(Simulation& simulation, const RedeliveryPlan& plan, MessageQueue& queue, Key key);

  // A job of the message begins; whom to tell of its end. Sets what the job knows of its tries.
  [[nodiscard]] Ending begin(Message message);
  [[nodiscard]] const RedeliveryPlan& plan() const { return plan_; }

  // The messages that are kept unacknowledged without a job.
  void for_each_kept(const std::function<void(const Hold&)>& visit) const;

 private:
  enum class State : std::uint8_t { unused, runs, runs_again_elsewhere, kept };
  struct Delivery {
    State state = State::unused;
    Message message;
    SimTime since;  // of the job's begin, then of its end
    EventId timer;
  };

  static void on_ended(void* redelivery, std::uint64_t index, Request& job);
  static void on_late(void* redelivery, std::uint64_t index);
  static void on_pause_over(void* redelivery, std::uint64_t index);
  void ended(std::size_t index, Request& job);
  [[nodiscard]] bool is_retried(const Delivery& delivery, ErrorId error) const;
  void retry(std::size_t index, Request& job);
  void lose(std::size_t index);
  void come_back(Message message);
  std::size_t take();
  void recycle(std::size_t index);
  [[nodiscard]] SimTime seen_at(SimTime due) const;

  Simulation& simulation_;
  const RedeliveryPlan& plan_;
  MessageQueue& queue_;
  SimTime first_look_;
  std::vector<Delivery> deliveries_;
  std::vector<std::size_t> unused_;
};

}  // namespace loadstone
