// Redis: one command loop that executes commands one at a time, in the order in which they come.
#include "sim/primitive/station.hpp"
#include "sim/resource/emit.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

enum class Mode : std::uint8_t { single, sentinel, cluster };

struct RedisSpec {
  Mode mode = Mode::single;
  TimeLaw command_time;
  TimeLaw rtt;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<RedisSpec>()
          .choice("mode", &RedisSpec::mode, "How many servers there are and who takes over: so far only one, `single`.",
                  {.default_text = "single", .choices = {"single", "sentinel", "cluster"}})
          .field("command_time", &RedisSpec::command_time, "Time of one command on the command loop.",
                 {.default_text = "10us", .grade = "B"})
          .field("rtt", &RedisSpec::rtt, "One network round trip to it, half of it each way.",
                 {.default_text = "0us", .grade = "E"});
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

class BuiltRedis final : public BuiltResource, public CommandServer, public Visitable {
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

  ResourceIndex loop_;
  std::optional<CpuPlace> cpu_;
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
