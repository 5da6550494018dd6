// A worker: takes messages from a queue or a stream and runs a flow for each.
#include <algorithm>

#include "sim/engine/scopes.hpp"
#include "sim/model/retry.hpp"
#include "sim/primitive/slots.hpp"
#include "sim/primitive/unlimited.hpp"
#include "sim/primitive/worker_pool.hpp"
#include "sim/resource/emit.hpp"
#include "sim/resource/event_loop.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/queue.hpp"

namespace loadstone {

namespace {

enum class Runtime : std::uint8_t { async, processes };

struct BatchSpec {
  std::int64_t max = 1;
  std::optional<Duration> timeout;
};

struct ClaimSpec {
  Duration min_idle;
  std::optional<Duration> every;
};

struct WorkerSpec {
  Reference from;
  std::optional<std::string> group;
  std::int64_t concurrency = 1;
  Runtime runtime = Runtime::async;
  std::optional<std::int64_t> prefetch;
  std::optional<Duration> poll;
  std::optional<std::int64_t> poll_batch;
  std::optional<BatchSpec> batch;
  std::optional<Reference> flow;
  std::optional<Duration> job_timeout;
  std::optional<RetrySpec> retry;
  std::optional<std::int64_t> max_tries;
  std::optional<Duration> visibility_timeout;
  std::optional<bool> acks_late;
  std::optional<ClaimSpec> claim;
};

const FieldTable& claim_fields() {
  static const FieldTable table =
      FieldTable::of<ClaimSpec>()
          .field("min_idle", &ClaimSpec::min_idle, "Takes over entries that are pending for this long (XAUTOCLAIM).",
                 {.bounds = {.above_min = true}})
          .field("every", &ClaimSpec::every, "How often it looks for them. Absent: at once.",
                 {.bounds = {.above_min = true}});
  return table;
}

const FieldTable& batch_fields() {
  static const FieldTable table =
      FieldTable::of<BatchSpec>()
          .field("max", &BatchSpec::max, "Messages of one job at most.", {.bounds = {.min = 1, .max = 1e9}})
          .field("timeout", &BatchSpec::timeout,
                 "A job starts with fewer when its oldest message is this old; absent: with what is ready.");
  return table;
}

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<WorkerSpec>()
          .field("from", &WorkerSpec::from, "The queue or stream.")
          .field("group", &WorkerSpec::group, "Of a stream: the consumer group in which it reads.")
          .field("concurrency", &WorkerSpec::concurrency, "Jobs that one instance runs at once.",
                 {.bounds = {.min = 1, .max = 1e9}})
          .choice(
              "runtime", &WorkerSpec::runtime,
              "async: the jobs of an instance share one event loop (ARQ); processes: each has its own (Celery, RQ).",
              {.default_text = "async", .choices = {"async", "processes"}})
          .field("prefetch", &WorkerSpec::prefetch,
                 "Messages that one instance may hold unacknowledged, the running ones among them; 0: any number. "
                 "Absent: `concurrency`.",
                 {.bounds = {.max = 1e9}})
          .field("poll", &WorkerSpec::poll, "Looks for messages at this interval; absent: is pushed them.",
                 {.bounds = {.above_min = true}})
          .field("poll_batch", &WorkerSpec::poll_batch,
                 "Entries that one poll sees, running jobs among them (ARQ's queue_read_limit). Absent: 5 x "
                 "`concurrency`, at least 100.",
                 {.bounds = {.min = 1, .max = 1e9}})
          .mapping("batch", &WorkerSpec::batch, "One job for several messages.", batch_fields())
          .field("flow", &WorkerSpec::flow, "What is run for messages that name no flow.")
          .field("job_timeout", &WorkerSpec::job_timeout,
                 "Longest job; then it fails with `job_timeout`. Absent: none.",
                 {.bounds = {.native_unit = "s", .above_min = true}})
          .mapping("retry", &WorkerSpec::retry, "Puts the message of a failed job back after a pause.",
                   RetrySpec::fields())
          .field("max_tries", &WorkerSpec::max_tries, "Deliveries of one message at most. Absent: any number.",
                 {.bounds = {.min = 1, .max = 1e9}})
          .field("visibility_timeout", &WorkerSpec::visibility_timeout,
                 "A message that is unacknowledged for this long is delivered again. Absent: never.",
                 {.bounds = {.native_unit = "s", .above_min = true}})
          .field("task_acks_late", &WorkerSpec::acks_late,
                 "Whether a message is acknowledged after its job, so that it comes back if the worker dies.",
                 {.optional = true, .grade = "S"})
          .mapping("claim", &WorkerSpec::claim, "Of a stream: takes over what others have left pending.",
                   claim_fields());
  return table;
}

// Fails a request that comes in by another way than the queue.
Progress op_require_job(Simulation&, Request& request, const Op& op) {
  if (Simulation::find_hold(request, op.target) < 0) {
    request.error = static_cast<const FailPlan*>(op.plan)->error;
  }
  return Progress::next;
}

class BuiltWorker final : public BuiltResource, public Runner, public QueueWorker {
 public:
  struct Rows {
    WorkerPoolPlan* slots;
    std::optional<ResourceIndex> loop;  // of an async worker
    std::optional<CpuPlace> cpu;        // absent: cores of its own
  };
  BuiltWorker(const ResourceSpec& resource_spec, const Rows& rows, MessageSource& source)
      : BuiltResource(resource_spec), rows_(rows), source_(source) {}

  void lower_job(Lowerer& lowerer, const std::optional<Reference>& flow, bool of_dead_letter) override;

  void lower_enter(Lowerer& lowerer) override;
  void lower_leave(Lowerer&) override {}
  void lower_cpu(Lowerer& lowerer, const TimeLaw& time) override;
  void lower_block(Lowerer& lowerer) override {
    if (rows_.loop) {
      emit_block(lowerer, *rows_.loop);
    }
  }
  void lower_unblock(Lowerer& lowerer) override {
    if (rows_.loop) {
      emit_unblock(lowerer);
    }
  }
  BuiltResource& service() override { return *this; }
  [[nodiscard]] double processes() const override { return static_cast<double>(rows_.slots->instances); }

 private:
  Rows rows_;
  MessageSource& source_;
};

void BuiltWorker::lower_job(Lowerer& lowerer, const std::optional<Reference>& asked, bool of_dead_letter) {
  const auto& worker = spec.as<WorkerSpec>();
  const std::optional<Reference>& named = of_dead_letter && worker.flow ? std::nullopt : asked;
  if (!named && !worker.flow) {
    lowerer.error("'publish' names no flow, and worker '" + spec.name + "' runs none by itself",
                  {"give the publish, or the worker, a 'flow'"});
    return;
  }
  const Reference& reference = named ? *named : *worker.flow;
  ModelBuilder& builder = lowerer.builder();
  const FlowSpec* flow = builder.topology().find_flow(reference.name);
  if (flow != nullptr) {
    const auto id = static_cast<FlowId>(flow - builder.topology().flows.data());
    if (!named) {
      rows_.slots->flow = id;
    }
    if (!rows_.slots->entries.emplace(id, lowerer.here()).second) {
      return;
    }
  }
  source_.lower_taking(lowerer);
  if (worker.job_timeout) {
    lowerer.emit({.execute = &op_timeout_begin,
                  .plan = builder.keep(TimeoutPlan{.after = *worker.job_timeout,
                                                   .error = builder.error("job_timeout", "TimeoutError", spec.name),
                                                   .remote = false,
                                                   .propagates = false})});
  }
  const std::uint32_t jump = lowerer.emit({.execute = &op_jump});
  static_cast<void>(builder.link_flow(jump, reference, this));
}

// A flow that says `service: WORKER` runs as a job only.
void BuiltWorker::lower_enter(Lowerer& lowerer) {
  ModelBuilder& builder = lowerer.builder();
  const std::string& name = lowerer.flow().name;
  const auto starts = [&](const auto& flow) { return flow.first == name; };
  const auto& scenarios = builder.workload().scenarios;
  const bool is_started = std::any_of(scenarios.begin(), scenarios.end(), [&](const ScenarioSpec& scenario) {
    return std::any_of(scenario.exec.begin(), scenario.exec.end(), starts);
  });
  const auto& schedules = builder.topology().schedules;
  const bool is_scheduled = std::any_of(schedules.begin(), schedules.end(),
                                        [&](const ScheduleSpec& schedule) { return schedule.flow.name == name; });
  if (is_started || is_scheduled) {
    lowerer.error(
        "runs in worker '" + spec.name + "', so it must be published, not started",
        {"start a flow with the step 'publish: {to: " + spec.as<WorkerSpec>().from.name + ", flow: " + name + "}'"});
  }
  const FailPlan plan{builder.error("not_a_job")};
  lowerer.emit({.execute = &op_require_job, .plan = builder.keep(plan), .target = rows_.slots->row});
}

void BuiltWorker::lower_cpu(Lowerer& lowerer, const TimeLaw& time) {
  const auto work = [&] {
    emit_work(lowerer, rows_.cpu, rows_.loop.value_or(rows_.slots->row), lowerer.drawn(time), "cpu");
  };
  if (rows_.loop) {
    emit_on_loop(lowerer, *rows_.loop, work);
  } else {
    work();
  }
}

void check(const ResourceSpec& spec, const WorkerSpec& worker, ModelBuilder& builder) {
  const auto fail = [&](const std::string& message) {
    builder.diagnostics().error(spec.place, "resource '" + spec.name + "': " + message);
  };
  if (worker.poll && worker.prefetch) {
    fail("'prefetch' is for workers that are pushed messages; one that polls takes as many as it has free slots");
  }
  if (worker.poll_batch && !worker.poll) {
    fail("'poll_batch' needs 'poll'");
  }
  if (worker.batch && worker.prefetch) {
    fail("'prefetch' and 'batch' exclude each other");
  }
  if (worker.batch && worker.batch->timeout && worker.poll) {
    fail("a worker that polls takes what is ready; 'timeout' of a batch is for workers that are pushed messages");
  }
}

bool comes_back(const WorkerSpec& worker) {
  return worker.retry || worker.visibility_timeout || worker.acks_late || worker.claim;
}

void check_redelivery(const ResourceSpec& spec, const WorkerSpec& worker, bool of_stream, ModelBuilder& builder) {
  const auto fail = [&](const char* key, const std::string& message) {
    builder.diagnostics().error(spec.place_of(key), "resource '" + spec.name + "': " + message);
  };
  if (of_stream) {
    for (const char* key : {"retry", "visibility_timeout", "task_acks_late", "poll"}) {
      if (spec.key_places.contains(key)) {
        fail(key, "'" + std::string(key) + "' is for workers that take from a queue; what a stream's worker leaves " +
                      "pending is taken over by 'claim'");
      }
    }
  } else if (worker.claim) {
    fail("claim", "'claim' is for workers that read a stream; a queue's is 'visibility_timeout'");
  }
  if (worker.max_tries && !comes_back(worker)) {
    fail("max_tries", "'max_tries' needs something that comes back: 'retry', 'visibility_timeout', 'task_acks_late' " +
                          std::string("or 'claim'"));
  }
  if (worker.batch && (of_stream || comes_back(worker))) {
    fail("batch", "a 'batch' does not come back: 'retry', 'visibility_timeout', 'task_acks_late' and streams are for " +
                      std::string("jobs of one message"));
  }
}

std::optional<RedeliveryPlan> redelivery_of(const ResourceSpec& spec, const MessageSource& source,
                                            ModelBuilder& builder) {
  const auto& worker = spec.as<WorkerSpec>();
  check_redelivery(spec, worker, source.keeps_failures(), builder);
  const bool is_wanted_back = source.takes_back() && !worker.batch;
  if (!comes_back(worker) && !source.keeps_failures() && !is_wanted_back) {
    return std::nullopt;
  }
  RedeliveryPlan plan;
  if (worker.retry && worker.retry->budget) {
    builder.diagnostics().error(worker.retry->budget->place,
                                "resource '" + spec.name + "': 'budget' is for the retries of steps");
  }
  if (worker.retry) {
    plan.retry = lower_retry(*worker.retry, builder, [&](const std::string& what) {
      builder.diagnostics().error(spec.place_of("retry"), "resource '" + spec.name + "': " + what);
    });
  }
  plan.lost = builder.error("worker_lost", "WorkerLostError", spec.name);
  plan.acks_failures = !source.keeps_failures();
  plan.acks_early =
      !worker.acks_late.value_or(worker.visibility_timeout || worker.poll || source.keeps_failures() || is_wanted_back);
  plan.after = worker.claim ? worker.claim->min_idle : worker.visibility_timeout;
  plan.every = worker.claim ? worker.claim->every : std::nullopt;
  plan.max_tries = worker.max_tries.value_or(INT64_MAX);
  plan.try_attribute = builder.declare_attribute("job_try");
  plan.redelivered = builder.mark(spec.name + ".redelivered");
  plan.gone = builder.mark(spec.name + ".lost");
  plan.given_up = builder.mark(spec.name + ".given_up");
  return plan;
}

std::optional<CpuPlace> place_cpu(const ResourceSpec& spec, std::uint16_t process, ModelBuilder& builder) {
  if (!spec.host) {
    return std::nullopt;
  }
  const BuiltHost* host = builder.host(*spec.host);
  if (host == nullptr) {
    return std::nullopt;
  }
  return CpuPlace{.host = host->cpu, .process_attribute = process};
}

std::int64_t prefetch_of(const WorkerSpec& worker) {
  const std::int64_t given = worker.prefetch.value_or(worker.concurrency);
  return given == 0 ? kUnlimitedUnits : given;
}

// Messages that all instances may hold together.
double messages_held(const WorkerSpec& worker, const WorkerPoolPlan& plan) {
  if (plan.prefetch == kUnlimitedUnits) {
    return ResourcePlan::kUnlimited;
  }
  const std::int64_t held = worker.batch ? worker.concurrency * worker.batch->max : plan.prefetch;
  const double all = static_cast<double>(held) * static_cast<double>(plan.instances);
  return plan.poll ? std::min(all, static_cast<double>(plan.poll_batch)) : all;
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& worker = spec.as<WorkerSpec>();
  check(spec, worker, builder);
  BuiltResource* from = builder.resource(worker.from);
  auto* source = dynamic_cast<MessageSource*>(from);
  if (source == nullptr) {
    if (from != nullptr) {
      builder.diagnostics().error(
          worker.from.place,
          "'" + worker.from.name + "' is a " + std::string(from->spec.kind->name) + ", not a queue or a stream");
    }
    return nullptr;
  }
  MessageLine* line = source->line_of(spec, worker.group, builder);
  if (line == nullptr) {
    return nullptr;
  }
  const std::uint16_t process = builder.declare_attribute("process of " + spec.name);
  auto& slots = builder.add(std::make_unique<WorkerPoolPlan>(), spec, "slots");
  slots.queue = line->plan->row;
  slots.queue_name = line->plan->name;
  slots.capacity = static_cast<double>(worker.concurrency);
  slots.instances = spec.instances.value_or(1);
  slots.members = static_cast<double>(slots.instances);
  slots.prefetch = prefetch_of(worker);
  slots.poll = worker.poll;
  slots.settle = worker.poll.value_or(Duration{});  // messages wait for the next look, whatever the load
  slots.poll_batch = worker.poll_batch.value_or(std::max<std::int64_t>(5 * worker.concurrency, 100));
  slots.process_attribute = process;
  slots.redelivery = redelivery_of(spec, *source, builder);
  if (worker.batch) {
    slots.batch = {worker.batch->max, worker.batch->timeout};
    slots.batch_attribute = builder.declare_attribute("batch_size");
  }
  BuiltWorker::Rows rows{&slots, std::nullopt, place_cpu(spec, process, builder)};
  if (worker.runtime == Runtime::async) {
    auto& loop = builder.add(std::make_unique<SlotsPlan>(), spec, "loop");
    loop.capacity = 1;
    loop.members = slots.members;
    loop.member_attributes = {process};
    rows.loop = loop.row;
  }
  auto built = std::make_unique<BuiltWorker>(spec, rows, *source);
  line->add_worker(*built, messages_held(worker, slots));
  return built;
}

}  // namespace

const ResourceKind& worker_kind() {
  static const ResourceKind kind{"worker",
                                 "Takes messages from a queue or a stream and runs a flow for each.",
                                 fields,
                                 {"host", "instances", "price"},
                                 build};
  return kind;
}

}  // namespace loadstone
