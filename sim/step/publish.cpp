// publish: puts a message into a queue and goes on.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Publish {
  Reference to;
  std::optional<Reference> flow;
  std::optional<SizeLaw> bytes;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<Publish>()
          .field("to", &Publish::to, "The queue.")
          .field("flow", &Publish::flow, "What a worker runs for it, instead of the worker's own flow.")
          .field("bytes", &Publish::bytes, "Its size.");
  return table;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& publish = step.as<Publish>();
  if (auto* queue = lowerer.builder().resource_that_can<Publishable>(publish.to, "be published to")) {
    queue->lower_publish(lowerer, publish.flow, publish.bytes);
  }
}

}  // namespace

const StepKind& publish_step() {
  static const StepKind kind{"publish", "Puts a message into a queue and goes on.", fields, "to", lower};
  return kind;
}

}  // namespace loadstone
