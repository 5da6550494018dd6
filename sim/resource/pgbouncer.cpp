// PgBouncer: lends a few server connections to many clients, per transaction, session or statement.
#include <algorithm>
#include <map>

#include "sim/engine/interpreter.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/primitive/connection_store.hpp"
#include "sim/primitive/slots.hpp"
#include "sim/primitive/station.hpp"
#include "sim/resource/connections.hpp"
#include "sim/resource/emit.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

constexpr Duration kServerLoginRetry{15'000'000'000};
constexpr Duration kFullMaintenance{333'333'000};  // its janitor's period

enum class PoolMode : std::uint8_t { session, transaction, statement };

struct PgBouncerSpec {
  PoolMode pool_mode = PoolMode::session;
  std::int64_t max_client_conn = 100;
  std::int64_t default_pool_size = 20;
  std::int64_t min_pool_size = 0;
  std::int64_t max_db_connections = 0;
  std::int64_t reserve_pool_size = 0;
  Duration reserve_pool_timeout;
  Duration query_wait_timeout;
  Duration server_idle_timeout;
  Duration server_lifetime;
  TimeLaw cpu;
};

const FieldTable& fields() {
  const Bounds seconds{.native_unit = "s"};
  static const FieldTable table =
      FieldTable::of<PgBouncerSpec>()
          .choice("pool_mode", &PgBouncerSpec::pool_mode, "When a server connection is given back.",
                  {.default_text = "session", .choices = {"session", "transaction", "statement"}, .grade = "S"})
          .field("max_client_conn", &PgBouncerSpec::max_client_conn,
                 "Client connections; further ones are refused at once.",
                 {.default_text = "100", .bounds = {.min = 1, .max = 1e7}, .grade = "S"})
          .field("default_pool_size", &PgBouncerSpec::default_pool_size,
                 "Server connections of each pool: of each (database, user), and of each value of `per`.",
                 {.default_text = "20", .bounds = {.min = 1, .max = 100000}, .grade = "S"})
          .field("min_pool_size", &PgBouncerSpec::min_pool_size, "Idle server connections that are not closed.",
                 {.default_text = "0", .bounds = {.min = 0, .max = 100000}, .grade = "S"})
          .field("max_db_connections", &PgBouncerSpec::max_db_connections,
                 "Server connections of all pools of a database together; 0: any number.",
                 {.default_text = "0", .bounds = {.min = 0, .max = 1e7}, .grade = "S"})
          .field("reserve_pool_size", &PgBouncerSpec::reserve_pool_size,
                 "Further server connections of a pool, for when its clients wait long.",
                 {.default_text = "0", .bounds = {.min = 0, .max = 100000}, .grade = "S"})
          .field("reserve_pool_timeout", &PgBouncerSpec::reserve_pool_timeout,
                 "How long the first in line must have waited for one of those. 0: there are none.",
                 {.default_text = "5", .bounds = seconds, .grade = "S"})
          .field("query_wait_timeout", &PgBouncerSpec::query_wait_timeout,
                 "Longest wait for a server connection; then the client is disconnected. 0: for ever.",
                 {.default_text = "120", .bounds = seconds, .grade = "S"})
          .field("server_idle_timeout", &PgBouncerSpec::server_idle_timeout,
                 "An idle server connection is closed after this.",
                 {.default_text = "600", .bounds = seconds, .grade = "S"})
          .field("server_lifetime", &PgBouncerSpec::server_lifetime,
                 "A server connection older than this is not used again.",
                 {.default_text = "3600", .bounds = seconds, .grade = "S"})
          .field("cpu", &PgBouncerSpec::cpu, "CPU time of its one thread for one query.",
                 {.default_text = "70us", .grade = "B"});
  return table;
}

// Who gets no server is disconnected: its own pool does not keep the connection.
Progress op_disconnecting(Simulation&, Request& request, const Op& op) {
  push_frame(request, op);
  return Progress::next;
}

bool unwind_disconnecting(Simulation&, Request& request, const Op&, const Frame&) {
  const auto of_client = std::find_if(request.holds.rbegin(), request.holds.rend(), [](const Hold& hold) {
    return dynamic_cast<const ConnectionStore*>(hold.at) != nullptr;
  });
  if (of_client != request.holds.rend()) {
    ConnectionStore::lose(*of_client);
  }
  return false;
}

class BuiltPgBouncer final : public BuiltResource, public ConnectionServer {
 public:
  BuiltPgBouncer(const ResourceSpec& resource_spec, ModelBuilder& builder, ConnectionServer& server)
      : BuiltResource(resource_spec), builder_(builder), server_(server) {}

  void lower_connect(Lowerer& lowerer, const std::string& user, const std::string& database) override {
    const Lowerer::At at(lowerer, spec, "connect");
    emit_acquire(lowerer, clients);
    if (own().pool_mode == PoolMode::session) {
      check_out(lowerer, user, database);
    }
  }
  void lower_begin(Lowerer& lowerer, const std::string& user, const std::string& database) override {
    if (own().pool_mode != PoolMode::session) {
      lowerer.emit({.execute = &op_disconnecting, .unwind = &unwind_disconnecting});
      check_out(lowerer, user, database);
      lowerer.emit({.execute = &op_scope_end});
    }
    server_.lower_begin(lowerer, user, database);
  }
  void lower_end(Lowerer& lowerer, const std::string& user, const std::string& database) override {
    server_.lower_end(lowerer, user, database);
    if (own().pool_mode != PoolMode::session) {
      emit_check_in(lowerer, pool_of(user, database));
    }
  }
  void lower_query(Lowerer& lowerer, const QueryWork& work) override {
    const Lowerer::At at(lowerer, spec, "query");
    if (own().pool_mode == PoolMode::statement && work.in_transaction) {
      lowerer.error("'" + spec.name + "' is in statement mode and refuses transactions", {"transaction: false"});
    }
    for (std::int64_t i = 1; i < work.round_trips; ++i) {
      pass_round_trip(lowerer, "query.rtt." + std::to_string(i));
    }
    QueryWork last = work;
    last.round_trips = std::min<std::int64_t>(1, work.round_trips);
    emit_proxy(lowerer, "pgbouncer.cpu");
    server_.lower_query(lowerer, last);
  }
  void lower_round_trip(Lowerer& lowerer, std::string_view site) override {
    const Lowerer::At at(lowerer, spec, site);
    pass_round_trip(lowerer, site);
  }
  [[nodiscard]] ResourceIndex admission() const override { return clients; }
  [[nodiscard]] std::optional<ResourceIndex> connection_slots() const override {
    return own().pool_mode == PoolMode::session ? std::nullopt : std::optional<ResourceIndex>(clients);
  }

  ResourceIndex clients = 0;
  ResourceIndex thread = 0;
  std::optional<CpuPlace> host;

 private:
  [[nodiscard]] const PgBouncerSpec& own() const { return spec.as<PgBouncerSpec>(); }

  void pass_round_trip(Lowerer& lowerer, std::string_view site) {
    emit_proxy(lowerer, std::string(site) + ".pgbouncer");
    server_.lower_round_trip(lowerer, site);
  }
  void emit_proxy(Lowerer& lowerer, std::string_view site) {
    emit_acquire(lowerer, thread);
    emit_work(lowerer, host, thread, lowerer.drawn(own().cpu), site);
    emit_release(lowerer, thread);
  }

  void check_out(Lowerer& lowerer, const std::string& user, const std::string& database) {
    const PoolRows& pool = pool_of(user, database);
    emit_check_out(lowerer, pool, server_, user, database, {.one_by_one = true, .cap = cap_of(database).get()});
  }

  // What all pools of a database share, if that is limited.
  std::shared_ptr<ConnectionCap> cap_of(const std::string& database) {
    if (own().max_db_connections == 0) {
      return nullptr;
    }
    std::shared_ptr<ConnectionCap>& cap = caps_[database];
    if (!cap) {
      cap = std::make_shared<ConnectionCap>();
      auto& slots =
          builder_.add(std::make_unique<SlotsPlan>(), spec, caps_.size() == 1 ? "database" : "database." + database);
      slots.capacity = static_cast<double>(own().max_db_connections);
      slots.in_bound = false;  // held by connections, as those of a server
      slots.relieved_by = "max_db_connections";
      cap->slots = slots.row;
      builder_.model().plans.push_back(cap);
    }
    return cap;
  }

  // The pool of a (database, user), made when it is first asked for.
  const PoolRows& pool_of(const std::string& user, const std::string& database) {
    const auto [at, is_new] = pools_.emplace(std::pair(database, user), PoolRows{});
    if (!is_new) {
      return at->second;
    }
    const std::string part = pools_.size() == 1 ? "pool" : "pool." + database + "." + user;
    auto& slots = builder_.add(std::make_unique<ReservePoolPlan>(), spec, part);
    slots.capacity = static_cast<double>(own().default_pool_size);
    slots.connects_to = server_.admission();
    if (own().query_wait_timeout.ns > 0) {
      slots.patience = own().query_wait_timeout;
    }
    slots.sweep = SweepPlan{kFullMaintenance, spec.name};
    slots.reserve = own().reserve_pool_timeout.ns > 0 ? own().reserve_pool_size : 0;
    slots.reserve_after = own().reserve_pool_timeout;
    slots.timed_out = builder_.error("query_wait_timeout", "FATAL 08P01: query_wait_timeout", spec.name);
    slots.member_attributes = builder_.member_attributes(spec);
    auto& store = builder_.add(std::make_unique<ConnectionStorePlan>(), spec, part + ".connections");
    store.member_attributes = slots.member_attributes;
    store.close_idle = own().server_idle_timeout.ns > 0 ? std::optional(own().server_idle_timeout) : std::nullopt;
    store.keep_idle = own().min_pool_size;
    store.one_by_one = true;
    builder_.keeps_at(spec.server->name, store.row);
    builder_.keeps_at(spec.name, store.row);
    store.fails_without = true;
    store.retry = kServerLoginRetry;
    store.patience = slots.patience;
    store.sweep = slots.sweep;
    store.max_age = own().server_lifetime;
    store.age_gap = Duration{own().server_lifetime.ns / own().default_pool_size};
    if (slots.reserve > 0) {
      store.pool = slots.row;
    }
    store.timed_out = slots.timed_out;
    if (const auto cap = cap_of(database)) {
      store.cap = cap->slots;
      store.sharers = &cap->stores;
      cap->stores.push_back(store.row);
    }
    at->second = {slots.row, store.row};
    return at->second;
  }

  ModelBuilder& builder_;
  ConnectionServer& server_;
  std::map<std::pair<std::string, std::string>, PoolRows> pools_;
  std::map<std::string, std::shared_ptr<ConnectionCap>> caps_;
};

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  if (!spec.server) {
    builder.diagnostics().error(spec.place, "resource '" + spec.name + "': missing key 'server'");
    return nullptr;
  }
  auto* server = builder.resource_that_can<ConnectionServer>(*spec.server, "be connected to");
  if (server == nullptr) {
    return nullptr;
  }
  const auto& own = spec.as<PgBouncerSpec>();
  auto built = std::make_unique<BuiltPgBouncer>(spec, builder, *server);
  auto& clients = builder.add(std::make_unique<SlotsPlan>(), spec, "clients");
  clients.capacity = static_cast<double>(own.max_client_conn);
  clients.queue_limit = 0;
  clients.in_bound = false;  // held by connections, whose number does not follow the load
  clients.relieved_by = "max_client_conn";
  clients.refused =
      builder.error("max_client_conn", "FATAL 08P01: no more connections allowed (max_client_conn)", spec.name);
  clients.members = 1;  // `per` multiplies its pools, not the process
  built->clients = clients.row;
  auto& thread = builder.add(std::make_unique<SlotsPlan>(), spec, "cpu");
  thread.capacity = 1;
  thread.members = 1;
  built->thread = thread.row;
  if (spec.host) {
    if (const BuiltHost* host = builder.host(*spec.host)) {
      built->host = cpu_place(builder, spec, *host);
    }
  }
  return built;
}

}  // namespace

const ResourceKind& pgbouncer_kind() {
  static const ResourceKind kind{
      "pgbouncer",
      "Lends few server connections to many clients.",
      fields,
      {"host", "per", "server", "price"},
      build,
      {FaultIs::down, FaultIs::errors, FaultIs::killed, FaultIs::partition, FaultIs::restart, FaultIs::slow}};
  return kind;
}

}  // namespace loadstone
