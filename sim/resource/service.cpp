// A service: processes that run flows, as an event loop or with threads.
#include "sim/resource/service.hpp"

#include <bit>

#include "sim/engine/interpreter.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/primitive/balancer.hpp"
#include "sim/primitive/host_cpu.hpp"
#include "sim/primitive/process_memory.hpp"
#include "sim/resource/autoscaler.hpp"
#include "sim/resource/event_loop.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/service_memory.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

enum class Runtime : std::uint8_t { async, threads };
enum class ThreadpoolOrder : std::uint8_t { fifo, lifo };

struct ServiceSpec {
  Runtime runtime = Runtime::async;
  std::int64_t workers = 1;
  std::optional<std::int64_t> threads;
  std::string balance;
  std::optional<Cores> cpus;
  std::optional<Duration> cfs_period;
  ServiceMemory memory;
  std::optional<std::int64_t> limit_concurrency;
  std::optional<std::int64_t> backlog;
  ThreadpoolOrder threadpool_order = ThreadpoolOrder::fifo;
  std::optional<Duration> timeout_keep_alive;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<ServiceSpec>()
          .choice("runtime", &ServiceSpec::runtime,
                  "async: one event loop a worker, CPU blocks it and waits overlap; threads: a request holds a thread.",
                  {.default_text = "async", .choices = {"async", "threads"}})
          .field("workers", &ServiceSpec::workers, "Processes of one instance.",
                 {.default_text = "1", .bounds = {.min = 1, .max = 10000}})
          .field("threads", &ServiceSpec::threads, "runtime: threads (40): threads of one process.",
                 {.bounds = {.min = 1, .max = 100000}, .grade = "S"})
          .field("balance", &ServiceSpec::balance,
                 "How requests pick a process: round_robin, least_conn, random, sticky(ATTRIBUTE).",
                 {.default_text = "round_robin"})
          .field("cpus", &ServiceSpec::cpus, "CPU limit of one instance, as `docker --cpus`.",
                 {.bounds = {.max = 100000, .above_min = true}})
          .field(
              "cfs_period_us", &ServiceSpec::cfs_period,
              "The limit is on the core time of each such period (the kernel's is 100000); absent: at every instant.",
              {.bounds = {.native_unit = "us", .min = 1e6, .max = 1e9}, .grade = "D"})
          .embed(&ServiceSpec::memory, ServiceMemory::fields())
          .field("limit_concurrency", &ServiceSpec::limit_concurrency,
                 "Requests inside one process at which further ones fail with `service_unavailable` (503).",
                 {.bounds = {.min = 1}})
          .field(
              "backlog", &ServiceSpec::backlog,
              "runtime: threads: requests that may wait for a thread of one process; then `backlog_full`. Absent: any "
              "number.",
              {.bounds = {.min = 0}})
          .choice("threadpool_order", &ServiceSpec::threadpool_order,
                  "runtime: threads: who is next to get a thread: lifo is anyio before 3.7.",
                  {.default_text = "fifo", .choices = {"fifo", "lifo"}, .grade = "S"})
          .field("timeout_keep_alive", &ServiceSpec::timeout_keep_alive,
                 "How long a connection stays open after its request, and counts for limit_concurrency. Absent: it is "
                 "closed.",
                 {.bounds = {.native_unit = "s", .above_min = true}});
  return table;
}

struct EnterPlan {
  ResourceIndex gate = 0;
  std::optional<ResourceIndex> memory;
  std::optional<ResourceIndex> balancer;
  Balance balance;
};

// The frame keeps the number of the process that the request was in before: services call each other.
Progress op_enter(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const EnterPlan*>(op.plan);
  auto& gate = simulation.resource<ServiceGate>(plan.gate);
  double& process = request.attributes[gate.gate().process_attribute];
  Frame& frame = push_frame(request, op);
  frame.a = std::bit_cast<std::int64_t>(process);
  process = plan.balancer ? simulation.resource<Balancer>(*plan.balancer).connect(request, plan.balance, op.site)
                          : gate.choose(request, plan.balance, op.site);
  if (request.error != kNoError) {
    return Progress::next;
  }
  const Progress progress = gate.acquire(request, 1);
  return plan.memory && request.error == kNoError ? simulation.resource<ProcessMemory>(*plan.memory).enter(request)
                                                  : progress;
}

void restore_process(Simulation& simulation, Request& request, const Frame& frame) {
  const auto& plan = *static_cast<const EnterPlan*>(frame.op->plan);
  request.attributes[simulation.resource<ServiceGate>(plan.gate).gate().process_attribute] =
      std::bit_cast<double>(frame.a);
}

bool unwind_enter(Simulation& simulation, Request& request, const Op&, const Frame& frame) {
  restore_process(simulation, request, frame);
  return false;
}

Progress op_leave(Simulation& simulation, Request& request, const Op&) {
  const std::size_t depth = request.frames.size() - 1;
  simulation.release_deeper(request, depth);
  const Frame frame = pop_frame(simulation, request);
  restore_process(simulation, request, frame);
  return Progress::next;
}

struct CountCpuPlan {
  ResourceIndex gate = 0;
  Drawn work;
};

// The work that has just been done: the same draw.
Progress op_count_cpu(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const CountCpuPlan*>(op.plan);
  simulation.resource<ServiceGate>(plan.gate).count_cpu(plan.work.duration(simulation, request, op.site));
  return Progress::next;
}

}  // namespace

Balance parse_balance(const std::string& text, const ResourceSpec& spec, ModelBuilder& builder) {
  const Place& place = spec.place_of(spec.kind->fields().find("balance") != nullptr ? "balance" : "method");
  Balance balance;
  const auto split = split_call(text);
  const auto* call = std::get_if<Call>(&split);
  const std::string_view name = call != nullptr ? call->name : "";
  if (name == "least_conn") {
    balance.method = BalanceMethod::least_conn;
  } else if (name == "random") {
    balance.method = BalanceMethod::random;
  } else if (name == "sticky" && call->arguments.size() == 1) {
    balance.method = BalanceMethod::sticky;
    const std::string attribute(call->arguments.front().text);
    if (builder.attribute_types().find(attribute) == builder.attribute_types().end()) {
      builder.diagnostics().error(
          place, "resource '" + spec.name + "': sticky names an unknown attribute '" + attribute + "'");
    }
    balance.sticky_attribute = builder.attribute(attribute);
  } else if (name != "round_robin") {
    builder.diagnostics().error(place, "resource '" + spec.name + "': unknown method '" + text + "'",
                                choices(text, {"round_robin", "least_conn", "random", "sticky(ATTRIBUTE)"}));
  }
  return balance;
}

void BuiltService::lower_enter_by(Lowerer& lowerer, const Balance& balance, std::optional<ResourceIndex> balancer) {
  const Lowerer::At at(lowerer, spec, "enter");
  const auto* plan = lowerer.builder().keep(EnterPlan{rows_.gate, rows_.memory, balancer, balance});
  lowerer.emit({.execute = &op_enter, .unwind = &unwind_enter, .plan = plan, .serves = true}, "process");
  if (!shape_.is_async) {
    emit_acquire(lowerer, rows_.loop_or_threads);
  }
}

void BuiltService::lower_leave(Lowerer& lowerer) {
  lowerer.emit({.execute = &op_leave});
}

void BuiltService::lower_cpu(Lowerer& lowerer, const TimeLaw& time) {
  const auto work = [&] { emit_work(lowerer, rows_.cpu, rows_.loop_or_threads, lowerer.drawn(time), "cpu"); };
  if (shape_.is_async) {
    emit_on_loop(lowerer, rows_.loop_or_threads, work);
  } else {
    work();
  }
  if (counts_cpu_) {
    const auto* plan = lowerer.builder().keep(CountCpuPlan{rows_.gate, lowerer.drawn(time)});
    lowerer.emit({.execute = &op_count_cpu, .plan = plan}, "cpu");
  }
}

bool BuiltService::start_with(ModelBuilder& builder, std::int64_t instances) {
  if (counts_cpu_) {
    return false;
  }
  auto& gate = static_cast<ServiceGatePlan&>(*builder.model().resources[rows_.gate]);
  gate.ready = static_cast<std::uint32_t>(instances * shape_.workers);
  counts_cpu_ = true;
  return true;
}

void BuiltService::lower_block(Lowerer& lowerer) {
  if (shape_.is_async) {
    emit_block(lowerer, rows_.loop_or_threads);
  }
}

void BuiltService::lower_unblock(Lowerer& lowerer) {
  if (shape_.is_async) {
    emit_unblock(lowerer);
  }
}

namespace {

// As many as there can be.
std::int64_t instances_of(const ResourceSpec& spec, const ModelBuilder& builder) {
  return most_instances(builder.topology(), spec.name, spec.instances.value_or(1));
}

std::optional<CpuPlace> place_cpu(const ResourceSpec& spec, const ServiceSpec& service, std::uint16_t process,
                                  ModelBuilder& builder) {
  if (!spec.host) {
    return std::nullopt;
  }
  const BuiltHost* host = builder.host(*spec.host);
  if (host == nullptr) {
    return std::nullopt;
  }
  const std::int64_t instances = instances_of(spec, builder);
  CpuPlace place = service.cpus ? CpuPlace{.host = host->cpu} : cpu_place(builder, spec, *host);
  place.process_attribute = process;
  place.processes_per_instance = service.workers;
  if (service.cpus) {
    auto& plan = static_cast<HostCpuPlan&>(*builder.model().resources[host->cpu]);
    place.first_class = static_cast<std::uint32_t>(plan.classes.size());
    place.class_per_instance = true;
    for (std::int64_t i = 0; i < instances; ++i) {
      note_cpu_class(builder, spec, host->cpu, static_cast<std::uint32_t>(plan.classes.size()));
      plan.classes.push_back({.cap = service.cfs_period ? 1.0 : std::min(1.0, service.cpus->count),
                              .quota = service.cpus->count,
                              .period = service.cfs_period.value_or(Duration{})});
    }
  }
  return place;
}

// Keys that would have no effect.
void check(const ResourceSpec& spec, const ServiceSpec& service, ModelBuilder& builder) {
  const auto fail = [&](std::string_view key, const std::string& why) {
    builder.diagnostics().error(spec.place_of(key), "resource '" + spec.name + "': '" + std::string(key) + "' " + why);
  };
  for (const auto& [key, is_given] :
       {std::pair{"threads", service.threads.has_value()}, std::pair{"backlog", service.backlog.has_value()}}) {
    if (is_given && service.runtime == Runtime::async) {
      fail(key, "has no effect with runtime: async, which has one event loop a process");
    }
  }
  if (service.threadpool_order == ThreadpoolOrder::lifo && service.runtime == Runtime::async) {
    fail("threadpool_order", "has no effect with runtime: async, which has one event loop a process");
  }
  if (service.timeout_keep_alive && !service.limit_concurrency) {
    fail("timeout_keep_alive", "has no effect without 'limit_concurrency', for which idle connections count");
  }
  if (service.cfs_period && !service.cpus) {
    fail("cfs_period_us", "is the period of a limit, 'cpus', which it does not have");
  }
  if (service.cpus && !spec.host) {
    fail("cpus", "is a share of a 'host', which it does not have");
  }
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& service = spec.as<ServiceSpec>();
  check(spec, service, builder);
  const std::int64_t processes = instances_of(spec, builder) * service.workers;
  const std::uint16_t process = builder.declare_attribute("process of " + spec.name);
  auto& gate = builder.add(std::make_unique<ServiceGatePlan>(), spec, "requests");
  gate.process_attribute = process;
  gate.processes = static_cast<std::uint32_t>(processes);
  gate.members = static_cast<double>(processes);
  gate.capacity =
      service.limit_concurrency ? static_cast<double>(*service.limit_concurrency) : ResourcePlan::kUnlimited;
  gate.queue_limit = 0;
  gate.refused = builder.error("service_unavailable");
  gate.keep_alive = service.timeout_keep_alive;
  gate.member_attributes = {process};
  const bool is_async = service.runtime == Runtime::async;
  auto& line = builder.add(std::make_unique<SlotsPlan>(), spec, is_async ? "loop" : "threads");
  line.capacity = is_async ? 1 : static_cast<double>(service.threads.value_or(40));
  line.members = static_cast<double>(processes);
  line.discipline = service.threadpool_order == ThreadpoolOrder::lifo ? Discipline::lifo : Discipline::fifo;
  line.queue_limit = is_async ? std::nullopt : service.backlog;
  line.refused = builder.error("backlog_full");
  line.member_attributes = {process};
  const BuiltService::Rows rows{gate.row, line.row, add_memory(spec, service.memory, service.workers, gate, builder),
                                place_cpu(spec, service, process, builder)};
  const BuiltService::Shape shape{.is_async = is_async,
                                  .workers = service.workers,
                                  .cores = service.cpus ? service.cpus->count : static_cast<double>(service.workers),
                                  .processes = static_cast<double>(processes)};
  return std::make_unique<BuiltService>(spec, rows, shape, parse_balance(service.balance, spec, builder));
}

}  // namespace

const ResourceKind& service_kind() {
  static const ResourceKind kind{
      "service",
      "Processes that run flows, by an event loop or with threads.",
      fields,
      {"host", "instances", "price"},
      build,
      {FaultIs::down, FaultIs::errors, FaultIs::killed, FaultIs::partition, FaultIs::restart, FaultIs::slow}};
  return kind;
}

}  // namespace loadstone
