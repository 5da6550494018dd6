// Redis: one command loop that executes commands one at a time, in the order in which they come.
#include "sim/primitive/key_memory.hpp"
#include "sim/primitive/slots.hpp"
#include "sim/primitive/station.hpp"
#include "sim/resource/emit.hpp"
#include "sim/resource/key_store.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/redis_cluster.hpp"
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
  std::optional<double> lfu_log_factor;
  std::optional<Duration> lfu_decay;
  std::int64_t maxclients = 10000;
  std::optional<Duration> down_after;
  std::optional<std::int64_t> shards;
  std::optional<std::string> hash_tag;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<RedisSpec>()
          .choice("mode", &RedisSpec::mode,
                  "One server, `single`; one that Sentinel replaces when it fails; or `cluster`: several shards.",
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
                   .choices = {"noeviction", "allkeys-lru", "allkeys-random", "allkeys-lfu", "volatile-lru",
                               "volatile-random", "volatile-lfu", "volatile-ttl"},
                   .grade = "S"})
          .field("lfu-log-factor", &RedisSpec::lfu_log_factor, "lfu: how slowly a counter grows with uses. Absent: 10.",
                 {.bounds = {.max = 1e6}, .grade = "S"})
          .field("lfu-decay-time", &RedisSpec::lfu_decay,
                 "lfu: minutes without use for which a counter falls by 1; 0: it never does. Absent: 1.",
                 {.bounds = {.native_unit = "min"}, .grade = "S"})
          .field("maxclients", &RedisSpec::maxclients, "Connections of pools at most; more are refused.",
                 {.default_text = "10000", .bounds = {.min = 1, .max = 1e7}, .grade = "S"})
          .field("down-after-milliseconds", &RedisSpec::down_after,
                 "mode: sentinel (30000): silence after which a Sentinel takes the master for down.",
                 {.bounds = {.native_unit = "ms", .above_min = true}, .grade = "S"})
          .field("shards", &RedisSpec::shards,
                 "mode: cluster (3): masters, each with a loop, `maxmemory` and `maxclients` of its own.",
                 {.bounds = {.min = 1, .max = 1000}})
          .field("hash_tag", &RedisSpec::hash_tag,
                 "mode: cluster: the attribute in the braces of all keys: those of one value are in one shard.");
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

// A row of which each shard has its own.
void in_shards(ResourcePlan& plan, const std::optional<RedisCluster>& cluster) {
  if (cluster) {
    plan.member_attributes = {cluster->shard()};
    plan.members = static_cast<double>(cluster->shards());
  }
}

class BuiltRedis final : public BuiltResource,
                         public CommandServer,
                         public ConnectionServer,
                         public KeyStore,
                         public Visitable {
 public:
  BuiltRedis(const ResourceSpec& resource_spec, ResourceIndex loop, const std::optional<CpuPlace>& cpu,
             const std::optional<RedisCluster>& cluster, ModelBuilder& builder)
      : BuiltResource(resource_spec), loop_(loop), cpu_(cpu), cluster_(cluster), builder_(builder) {}

  void lower_key(Lowerer& lowerer, Key name, const std::vector<std::uint16_t>& attributes) override {
    if (cluster_) {
      cluster_->lower_key(lowerer, name, attributes);
    }
  }
  void lower_any_key(Lowerer& lowerer, std::string_view what) override {
    if (cluster_) {
      cluster_->lower_any_key(lowerer, what);
    }
  }
  [[nodiscard]] std::optional<std::uint16_t> key_tag() const override {
    return cluster_ ? cluster_->tag() : std::nullopt;
  }
  std::optional<std::uint16_t> shard(const ResourceSpec& pool) override {
    if (!cluster_) {
      return std::nullopt;
    }
    if (!cluster_->tag()) {
      builder_.diagnostics().error(
          pool.place_of("server"),
          "resource '" + pool.name + "': '" + spec.name +
              "' is a cluster without a 'hash_tag': to which shard a connection is is not known");
    }
    return cluster_->shard();
  }
  void lower_choose_shard(Lowerer& lowerer) override { lower_any_key(lowerer, "pool"); }

  void lower_request(Lowerer& lowerer, double commands, std::string_view what) override {
    lower_timed(lowerer, {spec.as<RedisSpec>().command_time.distribution.scaled(commands), -1}, what);
  }
  void lower_reply(Lowerer& lowerer, std::string_view what) override {
    emit_delay(lowerer, loop_, reply_time(), std::string(what) + ".rtt");
  }
  [[nodiscard]] Drawn reply_time() const override { return {spec.as<RedisSpec>().rtt.distribution.scaled(0.5), -1}; }

  ResourceIndex memory() override {
    if (!memory_) {
      memory_ = add_memory();
    }
    return *memory_;
  }

  // What pools ask for: a connection is a client and a round trip, a query is a command.
  void lower_connect(Lowerer& lowerer, const std::string&, const std::string&) override {
    const Lowerer::At at(lowerer, spec, "connect");
    emit_acquire(lowerer, admission());
    emit_round_trip(lowerer, "redis.hello");
  }
  void lower_begin(Lowerer&, const std::string&, const std::string&) override {}
  void lower_end(Lowerer&, const std::string&, const std::string&) override {}
  void lower_query(Lowerer& lowerer, const QueryWork& work) override {
    const bool waits =
        !work.io.attribute.empty() || !work.io.distribution.is_constant() || work.io.distribution.mean() != 0;
    if (waits || work.commit || work.wal || !work.locks.empty()) {
      lowerer.error("redis '" + spec.name + "' has no 'io', 'commit', 'locks' or 'wal': a query is a command");
      return;
    }
    if (cluster_ && cluster_->tag()) {
      cluster_->lower_same_slot(lowerer);
    }
    const bool own_time =
        !work.cpu.attribute.empty() || !work.cpu.distribution.is_constant() || work.cpu.distribution.mean() != 0;
    for (std::int64_t i = 0; i < work.round_trips; ++i) {
      const std::string what = "query." + std::to_string(i);
      lower_timed(lowerer, lowerer.drawn(own_time ? work.cpu : spec.as<RedisSpec>().command_time), what);
      lower_reply(lowerer, what);
    }
  }
  void lower_round_trip(Lowerer& lowerer, std::string_view site) override {
    const Lowerer::At at(lowerer, spec, site);
    emit_round_trip(lowerer, site);
  }
  [[nodiscard]] ResourceIndex admission() const override {
    if (!clients_) {
      clients_ = add_clients();
    }
    return *clients_;
  }
  [[nodiscard]] std::optional<ResourceIndex> connection_slots() const override {
    return cluster_ ? std::nullopt : std::optional(admission());
  }

  // One command that takes its own time: a script, a large range.
  void lower_visit(Lowerer& lowerer, const std::optional<TimeLaw>& service,
                   const std::optional<CountLaw>& priority) override {
    if (priority) {
      lowerer.error("redis '" + spec.name +
                    "' executes commands in the order in which they come: it has no 'priority'");
      return;
    }
    lower_any_key(lowerer, "command");
    const std::uint32_t first = lowerer.here();
    lower_timed(lowerer, lowerer.drawn(service ? *service : spec.as<RedisSpec>().command_time), "command");
    lowerer.served_since(first);
    lower_reply(lowerer, "command");
  }

 private:
  void emit_round_trip(Lowerer& lowerer, std::string_view site) {
    emit_delay(lowerer, loop_, {spec.as<RedisSpec>().rtt.distribution, -1}, site);
  }
  void lower_timed(Lowerer& lowerer, const Drawn& time, std::string_view what) {
    const Lowerer::At at(lowerer, spec, what);
    lower_reply(lowerer, what);  // the way there is as long as the way back
    if (!cpu_) {
      lowerer.emit({.execute = &op_command, .plan = lowerer.builder().keep(CommandPlan{loop_, time})}, what);
      return;
    }
    emit_acquire(lowerer, loop_);
    emit_cpu(lowerer, *cpu_, time, what);
    emit_release(lowerer, loop_);
  }

  // Rows that only some models need are made when they are first asked for.
  [[nodiscard]] ResourceIndex add_clients() const {
    auto& plan = builder_.add(std::make_unique<SlotsPlan>(), spec, "clients");
    in_shards(plan, cluster_);
    plan.capacity = static_cast<double>(spec.as<RedisSpec>().maxclients);
    plan.queue_limit = 0;
    plan.in_bound = false;  // held by connections, whose number does not follow the load
    plan.relieved_by = "maxclients";
    plan.refused = builder_.error("max_clients_reached", "ERR max number of clients reached", spec.name);
    return plan.row;
  }
  [[nodiscard]] ResourceIndex add_memory() const {
    const auto& redis = spec.as<RedisSpec>();
    auto& plan = builder_.add(std::make_unique<KeyMemoryPlan>(), spec, "memory");
    in_shards(plan, cluster_);
    plan.policy = redis.policy;
    plan.judged = redis.policy == Eviction::noeviction;  // else to be full is its normal state
    plan.lfu_log_factor = redis.lfu_log_factor.value_or(plan.lfu_log_factor);
    plan.lfu_decay = redis.lfu_decay.value_or(plan.lfu_decay);
    if (redis.maxmemory) {
      plan.limit = redis.maxmemory->count;
      plan.capacity = static_cast<double>(plan.limit);
    }
    plan.full = builder_.error("out_of_memory", "OOM command not allowed when used memory > 'maxmemory'.", spec.name);
    plan.evicted = builder_.mark(spec.name + ".evicted_keys");
    plan.expired = builder_.mark(spec.name + ".expired_keys");
    plan.survives_restarts = true;
    builder_.keeps_at(spec.name, plan.row);
    return plan.row;
  }

  ResourceIndex loop_;
  std::optional<CpuPlace> cpu_;
  std::optional<RedisCluster> cluster_;
  ModelBuilder& builder_;
  std::optional<ResourceIndex> memory_;
  mutable std::optional<ResourceIndex> clients_;
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
  return cpu_place(builder, spec, *host);
}

constexpr Duration kDownAfter{30'000'000'000};

// After that long without an answer the Sentinels ask each other (every second), wait for up to a second before they
// elect, promote a replica and see that in its INFO (every second).
void set_failover(ModelBuilder& builder, const ResourceSpec& spec, Duration down_after) {
  constexpr double kLeast = 1e9;
  constexpr double kMost = 4e9;
  const auto known = static_cast<double>(down_after.ns);
  builder.takes_over_in(spec, Distribution::uniform(known + kLeast, known + kMost));
}

std::optional<RedisCluster> cluster_of(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& redis = spec.as<RedisSpec>();
  if (redis.mode == Mode::cluster) {
    const auto tag = redis.hash_tag ? builder.known_attribute(spec, "hash_tag", *redis.hash_tag) : std::nullopt;
    return RedisCluster(spec, redis.shards.value_or(3), tag, builder);
  }
  for (const char* key : {"shards", "hash_tag"}) {
    if (spec.key_places.contains(key)) {
      builder.diagnostics().error(spec.place_of(key),
                                  "resource '" + spec.name + "': '" + key + "' needs 'mode: cluster'");
    }
  }
  return std::nullopt;
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& redis = spec.as<RedisSpec>();
  if (redis.mode == Mode::sentinel) {
    set_failover(builder, spec, redis.down_after.value_or(kDownAfter));
  } else if (redis.down_after) {
    builder.diagnostics().error(spec.place_of("down-after-milliseconds"),
                                "resource '" + spec.name + "': 'down-after-milliseconds' needs 'mode: sentinel'");
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
  for (const char* key : {"lfu-log-factor", "lfu-decay-time"}) {
    if (spec.key_places.contains(key) && redis.policy != Eviction::allkeys_lfu &&
        redis.policy != Eviction::volatile_lfu) {
      builder.diagnostics().error(spec.place_of(key),
                                  "resource '" + spec.name + "': '" + key + "' needs a 'maxmemory-policy' with lfu");
    }
  }
  auto& loop = builder.add(std::make_unique<StationPlan>(), spec, "cpu");
  loop.capacity = 1;
  const auto cluster = cluster_of(spec, builder);
  in_shards(loop, cluster);
  const auto cpu = place_cpu(spec, builder);
  return std::make_unique<BuiltRedis>(spec, loop.row, cpu, cluster, builder);
}

}  // namespace

const ResourceKind& redis_kind() {
  static const ResourceKind kind{"redis",
                                 "A Redis server: one loop that executes commands one at a time.",
                                 fields,
                                 {"host", "price"},
                                 build,
                                 {FaultIs::down, FaultIs::errors, FaultIs::failover, FaultIs::killed,
                                  FaultIs::partition, FaultIs::restart, FaultIs::slow}};
  return kind;
}

}  // namespace loadstone
