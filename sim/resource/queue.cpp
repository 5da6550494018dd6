// A queue: messages that flows publish and workers take.
#include "sim/resource/queue.hpp"

#include "sim/engine/scopes.hpp"
#include "sim/primitive/publish_gate.hpp"
#include "sim/resource/kinds.hpp"

namespace loadstone {

namespace {

struct QueueSpec {
  std::optional<std::int64_t> max_length;
  std::optional<Bytes> max_length_bytes;
  Overflow overflow = Overflow::drop_head;
  std::optional<Bytes> high_watermark;
  std::optional<Reference> dead_letters;
  std::optional<std::int64_t> delivery_limit;
  std::optional<Duration> ttl;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<QueueSpec>()
          .field("max_length", &QueueSpec::max_length, "Ready messages at most; delivered ones do not count.",
                 {.bounds = {.min = 1, .max = 1e12}})
          .field("max_length_bytes", &QueueSpec::max_length_bytes, "Bytes of ready messages at most.",
                 {.bounds = {.native_unit = "B", .min = 1}})
          .choice(
              "overflow", &QueueSpec::overflow,
              "What a full queue does: discards its oldest message, or fails the publisher with `publish_rejected`.",
              {.default_text = "drop-head",
               .choices = {"drop-head", "reject-publish", "reject-publish-dlx"},
               .grade = "D"})
          .field(
              "vm_memory_high_watermark", &QueueSpec::high_watermark,
              "With more bytes of messages than this, ready or unacknowledged, publishers are blocked. Absent: never.",
              {.bounds = {.native_unit = "B", .min = 1}})
          .field("dead-letter-exchange", &QueueSpec::dead_letters,
                 "The queue that gets what expires, is discarded, rejected or delivered too often. Absent: it is lost.")
          .field("delivery-limit", &QueueSpec::delivery_limit,
                 "How often a message may come back to be delivered again. Absent: any number.",
                 {.bounds = {.max = 1e9}})
          .field("message-ttl", &QueueSpec::ttl, "How long a message may be ready. Absent: for ever.",
                 {.bounds = {.native_unit = "ms"}});
  return table;
}

struct PublishPlan {
  ResourceIndex queue = 0;
  std::optional<FlowId> flow;
  std::optional<Drawn> bytes;
  Key bytes_site = 0;
  ErrorId rejected = kNoError;
};

Progress op_pass_gate(Simulation& simulation, Request& request, const Op& op) {
  return simulation.resource<PublishGate>(op.target).pass(request);
}

// The job draws as a request of its own, told apart by where it was published.
Progress op_publish(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const PublishPlan*>(op.plan);
  Message message{.flow = plan.flow,
                  .key = combine(request.draws, op.site),
                  .number = request.number,
                  .bytes = 0,
                  .since = {},
                  .attributes = request.attributes};
  if (plan.bytes) {
    message.bytes = static_cast<std::int64_t>(plan.bytes->value(simulation, request, plan.bytes_site) + 0.5);
  }
  if (!simulation.resource<MessageQueue>(plan.queue).publish(std::move(message))) {
    request.error = plan.rejected;
  }
  return Progress::next;
}

std::optional<FlowId> flow_id(ModelBuilder& builder, const Reference& reference) {
  const std::vector<FlowSpec>& flows = builder.topology().flows;
  const FlowSpec* flow = builder.topology().find_flow(reference.name);
  if (flow != nullptr) {
    return static_cast<FlowId>(flow - flows.data());
  }
  std::vector<std::string_view> known;
  for (const FlowSpec& f : flows) {
    known.push_back(f.name);
  }
  builder.diagnostics().error(reference.place, "unknown flow '" + reference.name + "'", choices(reference.name, known));
  return std::nullopt;
}

}  // namespace

void MessageLine::add_worker(QueueWorker& worker, double messages) {
  plan->capacity = workers.empty() ? messages : plan->capacity + messages;
  workers.push_back(&worker);
}

void MessageLine::lower_publish(Lowerer& lowerer, const std::optional<Reference>& flow,
                                const std::optional<SizeLaw>& bytes, std::string_view site) const {
  PublishPlan publish{.queue = plan->row,
                      .flow = std::nullopt,
                      .bytes = std::nullopt,
                      .bytes_site = lowerer.site("bytes"),
                      .rejected = plan->refused};
  if (flow) {
    publish.flow = flow_id(lowerer.builder(), *flow);
    if (!publish.flow) {
      return;
    }
  }
  if (bytes) {
    publish.bytes = lowerer.drawn(*bytes);
  }
  lowerer.emit({.execute = &op_publish, .plan = lowerer.builder().keep(std::move(publish))}, site);
}

void MessageLine::lower_jobs(Lowerer& lowerer, const std::optional<Reference>& flow, bool of_dead_letters) const {
  for (QueueWorker* worker : workers) {
    worker->lower_job(lowerer, flow, of_dead_letters);
  }
}

bool BuiltQueue::takes_back() const {
  return spec.as<QueueSpec>().dead_letters || spec.as<QueueSpec>().delivery_limit;
}

// Queues may be each other's dead letters, so they are linked only when all are built.
void BuiltQueue::lower_dead_letters(Lowerer& lowerer, const std::optional<Reference>& flow,
                                    std::set<const BuiltQueue*>& seen) {
  const auto& dead_letters = spec.as<QueueSpec>().dead_letters;
  if (!dead_letters || !seen.insert(this).second) {
    return;
  }
  auto* target = dynamic_cast<BuiltQueue*>(lowerer.builder().resource(*dead_letters));
  if (target == nullptr) {
    return;
  }
  line_.plan->dead_letters = target->line_.plan->row;
  target->line_.plan->judged = target->line_.plan->judged && !target->line_.workers.empty();  // kept, for somebody
  target->line_.lower_jobs(lowerer, flow, true);
  target->lower_dead_letters(lowerer, flow, seen);
}

void BuiltQueue::lower_publish(Lowerer& lowerer, const std::optional<Reference>& flow,
                               const std::optional<SizeLaw>& bytes) {
  if (line_.workers.empty()) {
    lowerer.diagnostics().warning(spec.place, "resource '" + spec.name + "': no worker takes from this queue");
  }
  const std::uint32_t over = lowerer.emit({.execute = &op_jump});
  line_.lower_jobs(lowerer, flow);
  std::set<const BuiltQueue*> seen;
  lower_dead_letters(lowerer, flow, seen);
  lowerer.land(over);
  if (line_.plan->alarm) {
    lowerer.emit({.execute = &op_pass_gate, .target = line_.plan->alarm->gate});
  }
  line_.lower_publish(lowerer, flow, bytes, "publish");
}

MessageLine* BuiltQueue::line_of(const ResourceSpec& worker, const std::optional<std::string>& group,
                                 ModelBuilder& builder) {
  if (group) {
    builder.diagnostics().error(worker.place_of("group"),
                                "resource '" + worker.name + "': 'group' is for workers that read a stream");
    return nullptr;
  }
  return &line_;
}

namespace {

void check(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& queue = spec.as<QueueSpec>();
  if (queue.dead_letters) {
    const ResourceSpec* target = builder.topology().find_resource(queue.dead_letters->name);
    if (target == nullptr) {
      static_cast<void>(builder.resource(*queue.dead_letters));  // says so
    } else if (target->kind != &queue_kind()) {
      builder.diagnostics().error(queue.dead_letters->place, "'" + target->name + "' is a " +
                                                                 std::string(target->kind->name) +
                                                                 ", not a queue that could get dead letters");
    }
  } else if (queue.overflow == Overflow::reject_publish_dlx) {
    builder.diagnostics().error(spec.place_of("overflow"),
                                "resource '" + spec.name + "': 'reject-publish-dlx' needs a 'dead-letter-exchange'");
  }
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& queue = spec.as<QueueSpec>();
  check(spec, builder);
  auto& plan = builder.add(std::make_unique<MessageQueuePlan>(), spec);
  plan.max_length = queue.max_length;
  if (queue.max_length_bytes) {
    plan.max_bytes = queue.max_length_bytes->count;
  }
  plan.overflow = queue.overflow;
  plan.refused = builder.error("publish_rejected", "basic.nack", spec.name);
  plan.ttl = queue.ttl;
  plan.delivery_limit = queue.delivery_limit;
  if (queue.dead_letters) {
    plan.dead = builder.mark(spec.name + ".dead_lettered");
  }
  if (queue.ttl) {
    plan.expired = builder.mark(spec.name + ".expired");
  }
  if (queue.delivery_limit) {
    plan.over_limit = builder.mark(spec.name + ".over_delivery_limit");
  }
  if (queue.high_watermark) {
    auto& gate = builder.add(std::make_unique<PublishGatePlan>(), spec, "publishers");
    plan.alarm = {.bytes = queue.high_watermark->count, .gate = gate.row};
  }
  return std::make_unique<BuiltQueue>(spec, plan);
}

}  // namespace

const ResourceKind& queue_kind() {
  static const ResourceKind kind{
      "queue", "Messages that flows publish and workers take, first in, first out.", fields, {"price"}, build};
  return kind;
}

}  // namespace loadstone
