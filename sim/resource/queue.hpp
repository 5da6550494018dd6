// sim/resource/queue.hpp
//
// The built side of what workers take messages from, which they announce themselves to: a queue, a stream's group.
//
// Order. All workers are built before any flow is lowered; a `publish` then makes every worker of the queue able to run
//        the flow that its messages ask for.
#pragma once

#include <set>
#include <vector>

#include "sim/model/lowerer.hpp"
#include "sim/primitive/message_queue.hpp"

namespace loadstone {

// A worker, as its queue sees it.
class QueueWorker {
 public:
  virtual ~QueueWorker() = default;
  // Makes the worker able to run `flow`, or its own if there is none; emits operations that nothing falls into. Errors
  // are reported. Of a dead letter it runs its own flow, if it has one.
  virtual void lower_job(Lowerer& lowerer, const std::optional<Reference>& flow, bool of_dead_letter) = 0;
};

// Messages in the order of publishing and the workers that take them: a queue, or what one group of a stream reads.
struct MessageLine {
  MessageQueuePlan* plan = nullptr;
  std::vector<QueueWorker*> workers;

  // `messages`: how many the worker may hold unacknowledged.
  void add_worker(QueueWorker& worker, double messages);
  // Makes every worker able to run what a message asks for; nothing falls into what this emits.
  void lower_jobs(Lowerer& lowerer, const std::optional<Reference>& flow, bool of_dead_letters = false) const;
  // One message; `site` names the draws of its job.
  void lower_publish(Lowerer& lowerer, const std::optional<Reference>& flow, const std::optional<SizeLaw>& bytes,
                     std::string_view site) const;
};

// What workers take from.
class MessageSource {
 public:
  virtual ~MessageSource() = default;
  // What `worker` takes from; nothing after an error. `group` is absent where the worker names none.
  virtual MessageLine* line_of(const ResourceSpec& worker, const std::optional<std::string>& group,
                               ModelBuilder& builder) = 0;
  // What it costs a worker to take a message and to acknowledge it.
  virtual void lower_taking(Lowerer& lowerer) = 0;
  // Whether a message whose job has failed stays unacknowledged, until somebody claims it.
  [[nodiscard]] virtual bool keeps_failures() const = 0;
  // Whether it wants a message back whose job has failed or whose worker has died.
  [[nodiscard]] virtual bool takes_back() const { return false; }
};

class BuiltQueue final : public BuiltResource, public Publishable, public MessageSource {
 public:
  BuiltQueue(const ResourceSpec& resource_spec, MessageQueuePlan& plan)
      : BuiltResource(resource_spec), line_{&plan, {}} {}

  void lower_publish(Lowerer& lowerer, const std::optional<Reference>& flow,
                     const std::optional<SizeLaw>& bytes) override;
  MessageLine* line_of(const ResourceSpec& worker, const std::optional<std::string>& group,
                       ModelBuilder& builder) override;
  void lower_taking(Lowerer&) override {}
  [[nodiscard]] bool keeps_failures() const override { return false; }
  [[nodiscard]] bool takes_back() const override;

 private:
  // What becomes of dead messages that asked for `flow`, from queue to queue.
  void lower_dead_letters(Lowerer& lowerer, const std::optional<Reference>& flow, std::set<const BuiltQueue*>& seen);

  MessageLine line_;
};

}  // namespace loadstone
