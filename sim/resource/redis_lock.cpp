// A lock in Redis, as redis-py's Lock: SET NX with a time to live, asked for again and again; released by a script.
#include "sim/engine/scopes.hpp"
#include "sim/primitive/lock_overlap.hpp"
#include "sim/primitive/polled_lock.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

struct RedisLockSpec {
  std::optional<Duration> timeout;
  std::optional<Duration> sleep;
  std::optional<BackoffSpec> retry;
  std::optional<Duration> blocking_timeout;
  std::optional<Duration> renew;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<RedisLockSpec>()
          .field("timeout", &RedisLockSpec::timeout,
                 "Time to live: the key is gone this long after it was taken, whoever holds it; absent: never.",
                 {.bounds = {.native_unit = "s", .above_min = true}, .grade = "S"})
          .field("sleep", &RedisLockSpec::sleep,
                 "Pause between a failed attempt and the next; absent: 0.1s, unless there is a `retry`.",
                 {.bounds = {.native_unit = "s", .above_min = true}, .grade = "S"})
          .mapping("retry", &RedisLockSpec::retry, "A back-off, instead of the same `sleep` each time.",
                   BackoffSpec::fields())
          .field("blocking_timeout", &RedisLockSpec::blocking_timeout,
                 "Gives up with `lock_timeout` when the next attempt would come later than this; absent: never.",
                 {.bounds = {.native_unit = "s"}, .grade = "S"})
          .field("renew", &RedisLockSpec::renew,
                 "A watchdog of the holder extends the key by `timeout`, each time after this pause; absent: none.",
                 {.bounds = {.native_unit = "s", .above_min = true}});
  return table;
}

constexpr Duration kSleep{100'000'000};  // redis-py's default

constexpr double kMostDoublings = 128;  // seven failures: hardly anybody's pause grows beyond

Backoff pause_of(const RedisLockSpec& spec) {
  if (spec.retry) {
    return lower_backoff(*spec.retry);
  }
  Backoff fixed;
  fixed.kind = BackoffKind::constant;
  fixed.base = Distribution::constant(static_cast<double>(spec.sleep.value_or(kSleep).ns));
  return fixed;
}

class BuiltRedisLock final : public BuiltResource, public Lockable {
 public:
  BuiltRedisLock(const ResourceSpec& resource_spec, ResourceIndex lock, CommandServer& server)
      : BuiltResource(resource_spec), lock_(lock), server_(server) {}

  // The command of a further attempt stands aside: it is run for a request that waits.
  void lower_lock(Lowerer& lowerer) override {
    const std::uint32_t over = lowerer.emit({.execute = &op_jump});
    PolledLockStep step;
    step.lock = lock_;
    step.attempt = lowerer.here();
    step.reply = server_.reply_time();
    step.reply_site = lowerer.site("lock.set.rtt");
    step.limited = spec.as<RedisLockSpec>().blocking_timeout.has_value();
    lower_to_server(lowerer, "lock.set");
    lowerer.emit({.execute = &op_return});
    if (spec.as<RedisLockSpec>().renew) {
      step.renewal = lower_renewal(lowerer);
    }
    lowerer.land(over);
    if (step.limited) {
      lowerer.emit({.execute = &op_polled_lock_begin, .target = lock_});
    }
    const std::uint32_t first = lowerer.here();
    lower_to_server(lowerer, "lock.set");
    const PolledLockStep* kept = lowerer.builder().keep(step);
    lowerer.emit({.execute = &op_polled_lock_take, .plan = kept}, "lock.attempt");
    lowerer.served_since(first);
    server_.lower_reply(lowerer, "lock.set");
    lowerer.emit({.execute = &op_polled_lock_watch, .unwind = &unwind_polled_lock_watch, .plan = kept, .told = true},
                 "lock.renewal");
  }
  void lower_unlock(Lowerer& lowerer) override {
    lowerer.emit({.execute = &op_polled_lock_unwatch, .target = lock_});
    const std::uint32_t first = lowerer.here();
    lower_to_server(lowerer, "lock.release");
    emit_release(lowerer, lock_);
    lowerer.served_since(first);
    server_.lower_reply(lowerer, "lock.release");
  }
  void lower_fence(Lowerer& lowerer) override {
    auto& plan = static_cast<PolledLockPlan&>(*lowerer.builder().model().resources[lock_]);
    plan.stale_token = lowerer.builder().mark(spec.name + ".stale_token");
    plan.stale = lowerer.builder().error("stale_token");
    lowerer.emit({.execute = &op_polled_lock_fence, .target = lock_});
  }

 private:
  // One command about its key.
  void lower_to_server(Lowerer& lowerer, std::string_view what) {
    server_.lower_key(lowerer, hash_text(spec.name), lowerer.builder().model().resources[lock_]->member_attributes);
    server_.lower_request(lowerer, 1, what);
  }
  // The watchdog's command stands aside too. It is a task of the holder's process: while the event loop there is held,
  // it is not sent.
  std::uint32_t lower_renewal(Lowerer& lowerer) {
    const std::uint32_t entry = lowerer.here();
    if (lowerer.runner() != nullptr) {
      TimeLaw no_time;
      no_time.distribution = Distribution::constant(0);
      lowerer.runner()->lower_cpu(lowerer, no_time);
    }
    lower_to_server(lowerer, "lock.renew");
    lowerer.emit({.execute = &op_return});
    return entry;
  }

  ResourceIndex lock_;
  CommandServer& server_;
};

void check(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& lock = spec.as<RedisLockSpec>();
  if (lock.sleep && lock.retry) {
    builder.diagnostics().error(spec.place_of("sleep"),
                                "resource '" + spec.name + "': it has either a 'sleep' or a 'retry', not both");
  }
  if (lock.retry && !lock.retry->base.attribute.empty()) {
    builder.diagnostics().error(spec.place_of("retry"),
                                "resource '" + spec.name + "': the 'base' of 'retry' must be a time or a distribution");
  }
  if (lock.renew && !lock.timeout) {
    builder.diagnostics().error(spec.place_of("renew"),
                                "resource '" + spec.name + "': 'renew' extends a key that has a 'timeout'");
  }
  if (lock.renew && lock.timeout && *lock.renew >= *lock.timeout) {
    builder.diagnostics().error(spec.place_of("renew"),
                                "resource '" + spec.name + "': 'renew' must be shorter than 'timeout'",
                                {"a third of it is usual"});
  }
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& lock = spec.as<RedisLockSpec>();
  if (!spec.server) {
    builder.diagnostics().error(spec.place, "resource '" + spec.name + "': missing key 'server'",
                                {"the redis that holds the key"});
    return nullptr;
  }
  auto* server = builder.resource_that_can<CommandServer>(*spec.server, "take commands");
  check(spec, builder);
  auto& plan = builder.add(std::make_unique<PolledLockPlan>(), spec);
  plan.capacity = 1;
  plan.ttl = lock.timeout;
  plan.renew = lock.renew;
  plan.pause = pause_of(lock);
  plan.settle = whole_ns(std::min(plan.pause.cap_ns, kMostDoublings * plan.pause.base.mean()));
  plan.blocking_timeout = lock.blocking_timeout;
  plan.timed_out =
      builder.error("lock_timeout", "LockError: Unable to acquire lock within the time specified", spec.name);
  plan.leaked = builder.mark(spec.name + ".leaked");
  plan.died = builder.error("connection_lost");
  plan.worker_died = builder.error("worker_lost");
  plan.member_attributes = builder.member_attributes(spec);
  builder.keeps_at(spec.server->name, plan.row);
  if (lock.timeout || builder.outage_of(spec.server->name) != nullptr) {  // else the key is there until it is released
    plan.not_owned = builder.mark(spec.name + ".lock_not_owned");
    plan.overlap = builder.add(std::make_unique<LockOverlapPlan>(), spec, "overlap").row;
  }
  if (server == nullptr) {
    return nullptr;
  }
  return std::make_unique<BuiltRedisLock>(spec, plan.row, *server);
}

}  // namespace

const ResourceKind& redis_lock_kind() {
  static const ResourceKind kind{"redis_lock",
                                 "A lock that is a key in Redis, polled by those who want it.",
                                 fields,
                                 {"server", "in", "per"},
                                 build};
  return kind;
}

}  // namespace loadstone
