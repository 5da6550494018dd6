// sim/resource/queue.hpp
//
// The built side of a queue, which its workers announce themselves to.
//
// Order. All workers are built before any flow is lowered; a `publish` then makes every worker of the queue able to run
//        the flow that its messages ask for.
#pragma once

#include <vector>

#include "sim/model/lowerer.hpp"
#include "sim/primitive/message_queue.hpp"

namespace loadstone {

// A worker, as its queue sees it.
class QueueWorker {
 public:
  virtual ~QueueWorker() = default;
  // Makes the worker able to run `flow`, or its own if there is none; emits operations that nothing falls into. Errors
  // are reported.
  virtual void lower_job(Lowerer& lowerer, const std::optional<Reference>& flow) = 0;
};

class BuiltQueue final : public BuiltResource, public Publishable {
 public:
  BuiltQueue(const ResourceSpec& resource_spec, MessageQueuePlan& plan) : BuiltResource(resource_spec), plan_(plan) {}

  [[nodiscard]] ResourceIndex row() const { return plan_.row; }
  // `messages`: how many the worker may hold unacknowledged.
  void add_worker(QueueWorker& worker, double messages);
  void lower_publish(Lowerer& lowerer, const std::optional<Reference>& flow,
                     const std::optional<SizeLaw>& bytes) override;

 private:
  MessageQueuePlan& plan_;
  std::vector<QueueWorker*> workers_;
};

}  // namespace loadstone
