// A pool of connections in a client process, by the rules of the driver that it is configured in.
#include "sim/primitive/connection_store.hpp"
#include "sim/primitive/slots.hpp"
#include "sim/primitive/unlimited.hpp"
#include "sim/resource/connections.hpp"
#include "sim/resource/emit.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

enum class Driver : std::uint8_t { asyncpg, hikari, none, npgsql, psycopg, redis_py, sqlalchemy };

struct PoolSpec {
  Driver driver = Driver::asyncpg;
  std::string user;
  std::string database;
  std::optional<Duration> close_after_idle;
  std::optional<std::int64_t> min_size, max_size, max_waiting;
  std::optional<Duration> acquire_timeout, max_inactive_connection_lifetime, timeout, max_idle;
  std::optional<std::int64_t> pool_size, max_overflow;
  std::optional<Duration> pool_timeout;
  std::optional<bool> pool_pre_ping;
  std::optional<std::int64_t> maximum_pool_size, minimum_idle;
  std::optional<Duration> connection_timeout, idle_timeout;
  std::optional<Duration> max_lifetime, pool_recycle, hikari_max_lifetime;
  std::optional<std::int64_t> npgsql_max, npgsql_min;
  std::optional<Duration> npgsql_timeout, npgsql_idle;
  std::optional<std::int64_t> max_connections;
  std::optional<bool> blocking;
};

const FieldTable& fields() {
  const Bounds size{.min = 0, .max = 100000};
  const Bounds seconds{.native_unit = "s"};
  const Bounds milliseconds{.native_unit = "ms"};
  static const FieldTable table =
      FieldTable::of<PoolSpec>()
          .choice("driver", &PoolSpec::driver, "Whose pool it is; `none` opens a connection each time.",
                  {.choices = {"asyncpg", "hikari", "none", "npgsql", "psycopg", "redis_py", "sqlalchemy"}})
          .field("user", &PoolSpec::user, "The role that it connects as (PgBouncer pools by it).",
                 {.default_text = "app"})
          .field("database", &PoolSpec::database, "The database (PgBouncer pools by it).", {.default_text = "app"})
          .field("close_after_idle", &PoolSpec::close_after_idle,
                 "All its connections are closed when nobody has used it for this long.",
                 {.bounds = {.above_min = true}})
          .field("min_size", &PoolSpec::min_size, "asyncpg (10), psycopg (4): opened when the pool is made.",
                 {.bounds = size, .grade = "S"})
          .field("max_size", &PoolSpec::max_size, "asyncpg (10), psycopg (= min_size): most connections.",
                 {.bounds = {.min = 1, .max = 100000}, .grade = "S"})
          .field("max_waiting", &PoolSpec::max_waiting, "psycopg: longest line, 0 for none; then `too_many_requests`.",
                 {.bounds = size, .grade = "S"})
          .field("acquire_timeout", &PoolSpec::acquire_timeout,
                 "asyncpg: longest wait, opening included; absent: for ever.", {.bounds = seconds})
          .field("max_inactive_connection_lifetime", &PoolSpec::max_inactive_connection_lifetime,
                 "asyncpg (300): an idle connection is closed after this, below min_size too; 0: never.",
                 {.bounds = seconds})
          .field("timeout", &PoolSpec::timeout, "psycopg (30), redis_py if blocking (20): longest wait.",
                 {.bounds = seconds})
          .field("max_idle", &PoolSpec::max_idle,
                 "psycopg (600): each time so long one above min_size is closed, if one was idle all the while.",
                 {.bounds = {.native_unit = "s", .above_min = true}})
          .field("max_lifetime", &PoolSpec::max_lifetime,
                 "psycopg (3600): an older connection is replaced; up to 5 % earlier.", {.bounds = seconds})
          .field("pool_size", &PoolSpec::pool_size, "sqlalchemy (5): connections that are kept; 0: any number.",
                 {.bounds = size})
          .field("max_overflow", &PoolSpec::max_overflow,
                 "sqlalchemy (10): more, closed when given back; -1: any number.",
                 {.bounds = {.min = -1, .max = 100000}})
          .field("pool_timeout", &PoolSpec::pool_timeout, "sqlalchemy (30): longest wait.", {.bounds = seconds})
          .field("pool_pre_ping", &PoolSpec::pool_pre_ping,
                 "sqlalchemy (false): a round trip before an idle connection is used.")
          .field("pool_recycle", &PoolSpec::pool_recycle,
                 "sqlalchemy: an older connection is replaced when it is asked for; absent: never.",
                 {.bounds = seconds})
          .field("maximumPoolSize", &PoolSpec::maximum_pool_size, "hikari (10): most connections.",
                 {.bounds = {.min = 1, .max = 100000}})
          .field("minimumIdle", &PoolSpec::minimum_idle, "hikari (= maximumPoolSize): opened when the pool is made.",
                 {.bounds = size})
          .field("connectionTimeout", &PoolSpec::connection_timeout, "hikari (30000): longest wait.",
                 {.bounds = milliseconds})
          .field("idleTimeout", &PoolSpec::idle_timeout,
                 "hikari (600000): an idle one above minimumIdle is closed; 0: never.", {.bounds = milliseconds})
          .field("maxLifetime", &PoolSpec::hikari_max_lifetime,
                 "hikari (1800000): an older connection is replaced; up to 2.5 % earlier; 0: never.",
                 {.bounds = milliseconds})
          .field("Maximum Pool Size", &PoolSpec::npgsql_max, "npgsql (100): most connections.",
                 {.bounds = {.min = 1, .max = 100000}})
          .field("Minimum Pool Size", &PoolSpec::npgsql_min, "npgsql (0): opened when the pool is made.",
                 {.bounds = size})
          .field("Timeout", &PoolSpec::npgsql_timeout, "npgsql (15): longest wait.", {.bounds = seconds})
          .field("Connection Idle Lifetime", &PoolSpec::npgsql_idle,
                 "npgsql (300): an idle one above the minimum is closed.", {.bounds = seconds})
          .field("max_connections", &PoolSpec::max_connections, "redis_py (100, blocking 50): most connections.",
                 {.bounds = {.min = 1, .max = 100000}, .grade = "S"})
          .field("blocking", &PoolSpec::blocking,
                 "redis_py (false): waits for a connection, as BlockingConnectionPool, instead of failing at once.",
                 {.grade = "S"});
  return table;
}

// The driver's rules in terms of the primitives.
struct Rules {
  std::int64_t max = 1;
  std::int64_t min = 0;
  std::int64_t keep = INT64_MAX;
  std::int64_t keep_idle = 0;
  bool lifo = true;
  bool resets = false;  // a round trip at release, while still held
  bool pings = false;   // a round trip before an idle connection is used
  bool one_by_one = false;
  bool retry_doubles = false;      // the pause before a server that has refused is asked again
  bool waits_for_opening = false;  // the longest wait is over when the connection is open, not when its turn comes
  std::optional<Duration> patience;
  std::optional<std::int64_t> queue_limit;
  std::optional<Duration> close_idle;
  std::optional<Duration> shrink_every;
  std::optional<Duration> max_age;
  double age_jitter = 0;
  Ageing ageing = Ageing::closed;
  std::string timed_out = "pool_timeout";
  std::string text;
  std::string refused_text;
};

constexpr Duration kSecond{1'000'000'000};
// "30.00", as Python's "%0.2f".
std::string two_decimals(Duration time) {
  const std::int64_t hundredths = (time.ns + 5'000'000) / 10'000'000;
  const std::string digits = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + (digits.size() == 1 ? ".0" : ".") + digits;
}

// Real time, or off where it is 0.
std::optional<Duration> unless_zero(Duration time) {
  return time.ns == 0 ? std::nullopt : std::optional<Duration>(time);
}

Rules rules_of(const PoolSpec& s) {
  Rules r;
  switch (s.driver) {
    case Driver::asyncpg:
      r.max = s.max_size.value_or(std::max<std::int64_t>(10, s.min_size.value_or(0)));
      r.min = s.min_size.value_or(std::min<std::int64_t>(10, r.max));
      r.patience = s.acquire_timeout;
      r.waits_for_opening = true;
      r.close_idle = unless_zero(s.max_inactive_connection_lifetime.value_or(kSecond * 300));
      r.resets = true;
      r.text = "TimeoutError";
      break;
    case Driver::psycopg:
      r.min = s.min_size.value_or(4);
      r.max = s.max_size.value_or(r.min);
      r.patience = s.timeout.value_or(kSecond * 30);
      r.queue_limit = s.max_waiting && *s.max_waiting > 0 ? s.max_waiting : std::nullopt;
      r.shrink_every = s.max_idle.value_or(kSecond * 600);
      r.max_age = s.max_lifetime.value_or(kSecond * 3600);
      r.age_jitter = 0.05;
      r.ageing = Ageing::renewed;
      r.keep_idle = r.min;
      r.lifo = false;
      r.one_by_one = true;
      r.retry_doubles = true;
      r.text = "PoolTimeout: couldn't get a connection after " + two_decimals(*r.patience) + " sec";
      break;
    case Driver::sqlalchemy: {
      const std::int64_t size = s.pool_size.value_or(5);
      const std::int64_t overflow = s.max_overflow.value_or(10);
      r.max = size == 0 || overflow < 0 ? kUnlimitedUnits : size + overflow;
      r.keep = size == 0 ? kUnlimitedUnits : size;
      r.patience = s.pool_timeout.value_or(kSecond * 30);
      r.pings = s.pool_pre_ping.value_or(false);
      r.max_age = s.pool_recycle;
      r.ageing = Ageing::closed_on_asking;
      r.lifo = false;
      r.text = "QueuePool limit of size " + std::to_string(size) + " overflow " + std::to_string(overflow) +
               " reached, connection timed out, timeout " + two_decimals(*r.patience);
      break;
    }
    case Driver::hikari:
      r.max = s.maximum_pool_size.value_or(10);
      r.min = s.minimum_idle.value_or(r.max);
      r.patience = s.connection_timeout.value_or(kSecond * 30);
      r.close_idle = unless_zero(s.idle_timeout.value_or(kSecond * 600));
      r.max_age = unless_zero(s.hikari_max_lifetime.value_or(kSecond * 1800));
      r.age_jitter = 0.025;
      r.ageing = Ageing::renewed;
      r.keep_idle = r.min;
      r.one_by_one = true;
      r.text = "Connection is not available, request timed out";
      break;
    case Driver::npgsql:
      r.max = s.npgsql_max.value_or(100);
      r.min = s.npgsql_min.value_or(0);
      r.patience = s.npgsql_timeout.value_or(kSecond * 15);
      r.close_idle = s.npgsql_idle.value_or(kSecond * 300);
      r.keep_idle = r.min;
      r.text = "The connection pool has been exhausted";
      break;
    case Driver::redis_py:
      r.max = s.max_connections.value_or(s.blocking.value_or(false) ? 50 : 100);
      if (s.blocking.value_or(false)) {
        r.patience = s.timeout.value_or(kSecond * 20);
      } else {
        r.queue_limit = 0;
      }
      r.text = "ConnectionError: No connection available.";
      r.refused_text = "MaxConnectionsError: Too many connections";
      break;
    case Driver::none:
      r.max = kUnlimitedUnits;
      r.keep = 0;
      break;
  }
  return r;
}

struct Owner {
  std::string_view key;
  std::vector<Driver> drivers;
};

// Which driver's key each is; keys that are not listed belong to all.
const std::vector<Owner>& owners() {
  using enum Driver;
  static const std::vector<Owner> table{{"min_size", {asyncpg, psycopg}},
                                        {"max_size", {asyncpg, psycopg}},
                                        {"max_waiting", {psycopg}},
                                        {"acquire_timeout", {asyncpg}},
                                        {"max_inactive_connection_lifetime", {asyncpg}},
                                        {"timeout", {psycopg, redis_py}},
                                        {"max_idle", {psycopg}},
                                        {"max_lifetime", {psycopg}},
                                        {"pool_size", {sqlalchemy}},
                                        {"max_overflow", {sqlalchemy}},
                                        {"pool_timeout", {sqlalchemy}},
                                        {"pool_pre_ping", {sqlalchemy}},
                                        {"pool_recycle", {sqlalchemy}},
                                        {"maximumPoolSize", {hikari}},
                                        {"minimumIdle", {hikari}},
                                        {"connectionTimeout", {hikari}},
                                        {"idleTimeout", {hikari}},
                                        {"maxLifetime", {hikari}},
                                        {"Maximum Pool Size", {npgsql}},
                                        {"Minimum Pool Size", {npgsql}},
                                        {"Timeout", {npgsql}},
                                        {"Connection Idle Lifetime", {npgsql}},
                                        {"max_connections", {redis_py}},
                                        {"blocking", {redis_py}}};
  return table;
}

void check_keys(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& pool = spec.as<PoolSpec>();
  static constexpr std::string_view kDrivers[] = {"asyncpg", "hikari",   "none",      "npgsql",
                                                  "psycopg", "redis_py", "sqlalchemy"};
  for (const Owner& owner : owners()) {
    if (spec.key_places.contains(owner.key) &&
        std::find(owner.drivers.begin(), owner.drivers.end(), pool.driver) == owner.drivers.end()) {
      std::string of;
      for (const Driver driver : owner.drivers) {
        of += (of.empty() ? "" : ", ") + std::string(kDrivers[static_cast<std::size_t>(driver)]);
      }
      builder.diagnostics().error(spec.place_of(owner.key),
                                  "resource '" + spec.name + "': '" + std::string(owner.key) + "' is a key of " + of +
                                      ", not of " + std::string(kDrivers[static_cast<std::size_t>(pool.driver)]));
    }
  }
}

class BuiltPool final : public BuiltResource, public Holdable, public ConnectionSource {
 public:
  BuiltPool(const ResourceSpec& resource_spec, const PoolRows& rows, const Rules& rules, ErrorId timed_out,
            ConnectionServer& server)
      : BuiltResource(resource_spec), rows_(rows), rules_(rules), timed_out_(timed_out), server_(server) {}

  void lower_acquire(Lowerer& lowerer, std::int64_t amount, const std::optional<CountLaw>&, bool transaction) override {
    if (amount != 1) {
      lowerer.error("a request takes one connection at a time");
    }
    server_.lower_choose_shard(lowerer);
    Opening opening{rules_.one_by_one, std::nullopt, timed_out_, {}};
    if (rules_.waits_for_opening) {
      opening.deadline = rules_.patience;
    }
    if (rules_.pings) {
      opening.check_idle = [&] { lower_alone(lowerer, "pool.ping"); };
    }
    emit_check_out(lowerer, rows_, server_, user(), database(), opening);
    if (transaction) {
      server_.lower_begin(lowerer, user(), database());
    }
  }
  void lower_release(Lowerer& lowerer, bool transaction) override {
    if (transaction) {
      server_.lower_end(lowerer, user(), database());
    }
    if (rules_.resets) {
      lower_alone(lowerer, "pool.reset");
    }
    emit_check_in(lowerer, rows_);
  }
  ConnectionServer* connects_to() override { return &server_; }
  [[nodiscard]] const std::string& user() const override { return spec.as<PoolSpec>().user; }
  [[nodiscard]] const std::string& database() const override { return spec.as<PoolSpec>().database; }

 private:
  // A round trip in a transaction of its own.
  void lower_alone(Lowerer& lowerer, std::string_view site) {
    server_.lower_begin(lowerer, user(), database());
    server_.lower_round_trip(lowerer, site);
    server_.lower_end(lowerer, user(), database());
  }

  PoolRows rows_;
  Rules rules_;
  ErrorId timed_out_;
  ConnectionServer& server_;
};

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  check_keys(spec, builder);
  const auto& pool = spec.as<PoolSpec>();
  Rules rules = rules_of(pool);
  if (rules.queue_limit && rules.refused_text.empty()) {
    rules.refused_text = "TooManyRequests: the pool '" + spec.name + "' has already " +
                         std::to_string(*rules.queue_limit) + " requests waiting";
  }
  if (!spec.server) {
    builder.diagnostics().error(spec.place, "resource '" + spec.name + "': missing key 'server'");
    return nullptr;
  }
  auto* server = builder.resource_that_can<ConnectionServer>(*spec.server, "be connected to");
  if (server == nullptr) {
    return nullptr;
  }
  if (pool.driver == Driver::redis_py && pool.timeout && !pool.blocking.value_or(false)) {
    builder.diagnostics().error(spec.place_of("timeout"),
                                "resource '" + spec.name + "': 'timeout' of redis_py needs 'blocking: true'");
  }
  if (rules.min > rules.max || rules.max < 1) {
    builder.diagnostics().error(spec.place, "resource '" + spec.name + "': the least number of connections (" +
                                                std::to_string(rules.min) + ") is above the greatest (" +
                                                std::to_string(rules.max) + ")");
  }
  auto& slots = builder.add(std::make_unique<SlotsPlan>(), spec);
  slots.capacity = static_cast<double>(rules.max);
  slots.connects_to = server->admission();
  slots.patience = rules.patience;
  slots.queue_limit = rules.queue_limit;
  slots.timed_out = builder.error(rules.timed_out, rules.text, spec.name);
  slots.refused = rules.queue_limit ? builder.error("too_many_requests", rules.refused_text, spec.name)
                                    : builder.error("too_many_requests");
  slots.member_attributes = builder.member_attributes(spec);
  if (const auto shard = server->shard(spec)) {
    slots.member_attributes.push_back(*shard);
  }
  auto& store = builder.add(std::make_unique<ConnectionStorePlan>(), spec, "connections");
  store.member_attributes = slots.member_attributes;
  store.lifo = rules.lifo;
  store.keep = rules.keep;
  store.keep_idle = rules.keep_idle;
  // Connections that take more than a slot are opened by those who need them, not beforehand.
  store.min_size = server->connection_slots() ? rules.min : 0;
  store.close_idle = rules.close_idle;
  store.shrink_every = rules.shrink_every;
  store.max_age = rules.max_age;
  store.age_jitter = rules.age_jitter;
  store.ageing = rules.ageing;
  store.close_all_idle = pool.close_after_idle;
  store.server_slots = server->connection_slots();
  store.one_by_one = rules.one_by_one;
  store.retry_doubles = rules.retry_doubles;
  builder.keeps_at(spec.server->name, store.row);
  builder.keeps_in(spec, store.row);
  store.patience = rules.patience;
  store.timed_out = slots.timed_out;
  return std::make_unique<BuiltPool>(spec, PoolRows{slots.row, store.row}, rules, slots.timed_out, *server);
}

}  // namespace

const ResourceKind& connection_pool_kind() {
  static const ResourceKind kind{
      "connection_pool", "Connections that a client process keeps and lends.", fields, {"in", "per", "server"}, build};
  return kind;
}

}  // namespace loadstone
