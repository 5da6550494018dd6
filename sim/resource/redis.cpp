// Redis: one command loop that executes commands one at a time, in the order in which they come.
#include "sim/primitive/key_memory.hpp"
#include "sim/primitive/station.hpp"
#include "sim/resource/emit.hpp"
#include "sim/resource/key_store.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

enum class Mode : std::uint8_t { single, sentinel, cluster };

struct RedisSpec {
  Mode mode = Mode::single;
  TimeLaw command_time;
  TimeLaw rtt;
  std::optional<Bytes> maxmemory;
  Eviction policy = Eviction::noeviction;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<RedisSpec>()
          .choice("mode", &RedisSpec::mode, "How many servers there are and who takes over: so far only one, `single`.",
                  {.default_text = "single", .choices = {"single", "sentinel", "cluster"}})
          .field("command_time", &RedisSpec::command_time, "Time of one command on the command loop.",
                 {.default_text = "10us", .grade = "B"})
          .field("rtt", &RedisSpec::rtt, "One network round trip to it, half of it each way.",
                 {.default_text = "0us", .grade = "E"})
          .field("maxmemory", &RedisSpec::maxmemory, "Bytes of the keys of its caches at most. Absent: no limit.",
                 {.bounds = {.native_unit = "B", .min = 1}, .grade = "S"})
          .choice("maxmemory-policy", &RedisSpec::policy,
                  "Which keys go when it is full; with `noeviction` writes fail with `out_of_memory` instead.",
                  {.default_text = "noeviction",
                   .choices = {"noeviction", "allkeys-lru", "allkeys-random", "volatile-lru", "volatile-random",
                               "volatile-ttl"},
                   .grade = "S"});
  return table;
}

struct CommandPlan {
  ResourceIndex loop = 0;
  Drawn time;
};

Progress op_command(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const CommandPlan*>(op.plan);
  return simulation.resource<Station>(plan.loop).visit(request, plan.time.duration(simulation, request, op.site));
}

class BuiltRedis final : public BuiltResource, public CommandServer, public Visitable, public KeyStore {
 public:
  BuiltRedis(const ResourceSpec& resource_spec, ResourceIndex loop, const std::optional<CpuPlace>& cpu)
      : BuiltResource(resource_spec), loop_(loop), cpu_(cpu) {}

  void lower_request(Lowerer& lowerer, double commands, std::string_view what) override {
    lower_timed(lowerer, {spec.as<RedisSpec>().command_time.distribution.scaled(commands), -1}, what);
  }
  void lower_reply(Lowerer& lowerer, std::string_view what) override {
    emit_delay(lowerer, loop_, reply_time(), std::string(what) + ".rtt");
  }
  [[nodiscard]] Drawn reply_time() const override { return {spec.as<RedisSpec>().rtt.distribution.scaled(0.5), -1}; }

  ResourceIndex memory(ModelBuilder& builder) override {
    if (!memory_) {
      memory_ = add_memory(builder);
    }
    return *memory_;
  }

  // One command that takes its own time: a script, a large range.
  void lower_visit(Lowerer& lowerer, const std::optional<TimeLaw>& service,
                   const std::optional<CountLaw>& priority) override {
    if (priority) {
      lowerer.error("redis '" + spec.name +
                    "' executes commands in the order in which they come: it has no 'priority'");
      return;
    }
    const std::uint32_t first = lowerer.here();
    lower_timed(lowerer, lowerer.drawn(service ? *service : spec.as<RedisSpec>().command_time), "command");
    lowerer.served_since(first);
    lower_reply(lowerer, "command");
  }

 private:
  void lower_timed(Lowerer& lowerer, const Drawn& time, std::string_view what) {
    lower_reply(lowerer, what);  // the way there is as long as the way back
    if (!cpu_) {
      lowerer.emit({.execute = &op_command, .plan = lowerer.builder().keep(CommandPlan{loop_, time})}, what);
      return;
    }
    emit_acquire(lowerer, loop_);
    emit_cpu(lowerer, *cpu_, time, what);
    emit_release(lowerer, loop_);
  }

  [[nodiscard]] ResourceIndex add_memory(ModelBuilder& builder) const {
    const auto& redis = spec.as<RedisSpec>();
    auto& plan = builder.add(std::make_unique<KeyMemoryPlan>(), spec, "memory");
    plan.policy = redis.policy;
    plan.judged = redis.policy == Eviction::noeviction;  // else to be full is its normal state
    if (redis.maxmemory) {
      plan.limit = redis.maxmemory->count;
      plan.capacity = static_cast<double>(plan.limit);
    }
    plan.full = builder.error("out_of_memory", "OOM command not allowed when used memory > 'maxmemory'.", spec.name);
    plan.evicted = builder.mark(spec.name + ".evicted_keys");
    plan.expired = builder.mark(spec.name + ".expired_keys");
    return plan.row;
  }

  ResourceIndex loop_;
  std::optional<CpuPlace> cpu_;
  std::optional<ResourceIndex> memory_;
};

// The host's cores that the loop runs on; it is one thread, so one core at most.
std::optional<CpuPlace> place_cpu(const ResourceSpec& spec, ModelBuilder& builder) {
  if (!spec.host) {
    return std::nullopt;
  }
  const BuiltHost* host = builder.host(*spec.host);
  if (host == nullptr) {
    return std::nullopt;
  }
  return CpuPlace{.host = host->cpu};
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& redis = spec.as<RedisSpec>();
  if (redis.mode != Mode::single) {
    builder.diagnostics().error(spec.place_of("mode"), "resource '" + spec.name + "': mode '" +
                                                           (redis.mode == Mode::sentinel ? "sentinel" : "cluster") +
                                                           "' comes later; only 'single' is modelled so far");
  }
  if (!redis.command_time.attribute.empty() || !redis.rtt.attribute.empty()) {
    builder.diagnostics().error(spec.place, "resource '" + spec.name +
                                                "': 'command_time' and 'rtt' are the server's own, not a request's: "
                                                "give a time or a distribution");
  }
  if (redis.policy != Eviction::noeviction && !redis.maxmemory) {
    builder.diagnostics().error(spec.place_of("maxmemory-policy"),
                                "resource '" + spec.name + "': 'maxmemory-policy' needs 'maxmemory'");
  }
  auto& loop = builder.add(std::make_unique<StationPlan>(), spec, "cpu");
  loop.capacity = 1;
  const auto cpu = place_cpu(spec, builder);
  return std::make_unique<BuiltRedis>(spec, loop.row, cpu);
}

}  // namespace

const ResourceKind& redis_kind() {
  static const ResourceKind kind{
      "redis", "A Redis server: one loop that executes commands one at a time.", fields, {"host", "price"}, build};
  return kind;
}

}  // namespace loadstone
