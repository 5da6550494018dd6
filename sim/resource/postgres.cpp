// Postgres: connection slots that refuse, row locks, CPU shared by all that runs, a log that commits in groups,
// replicas that lag behind it.
#include <map>

#include "sim/engine/scopes.hpp"
#include "sim/primitive/group_commit.hpp"
#include "sim/primitive/host_cpu.hpp"
#include "sim/primitive/row_locks.hpp"
#include "sim/primitive/slots.hpp"
#include "sim/resource/emit.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/postgres_replicas.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

enum class Reads : std::uint8_t { primary, replicas };

struct PostgresSpec {
  std::int64_t max_connections = 100;
  std::int64_t superuser_reserved_connections = 3;
  std::string superuser;
  std::optional<Cores> cores;
  double sigma = 0;
  double kappa = 0;
  TimeLaw connect;
  std::optional<TimeLaw> connect_cpu;
  TimeLaw rtt;
  TimeLaw fsync;
  Duration statement_timeout;
  Duration lock_timeout;
  Duration deadlock_timeout;
  std::int64_t replicas = 0;
  Reads reads = Reads::primary;
  std::optional<ByteRate> replay_rate;
  std::optional<TimeLaw> failover;
};

const FieldTable& fields() {
  const Bounds milliseconds{.native_unit = "ms"};
  static const FieldTable table =
      FieldTable::of<PostgresSpec>()
          .field("max_connections", &PostgresSpec::max_connections,
                 "Connection slots; who finds none is refused at once.",
                 {.default_text = "100", .bounds = {.min = 1, .max = 262143}, .grade = "D"})
          .field("superuser_reserved_connections", &PostgresSpec::superuser_reserved_connections,
                 "Slots that only superusers get.", {.default_text = "3", .bounds = {.min = 0}, .grade = "D"})
          .field("superuser", &PostgresSpec::superuser, "The user who gets the reserved slots, too.",
                 {.default_text = "postgres"})
          .field("cores", &PostgresSpec::cores, "Cores of its own, where it has no `host`.",
                 {.bounds = {.max = 100000, .above_min = true}})
          .field(
              "sigma", &PostgresSpec::sigma,
              "What each runnable backend beyond `cores` costs all: c cores do c / (1 + sigma (n - c) + kappa n (n - "
              "c)).",
              {.default_text = "0", .bounds = {.min = 0, .max = 1}, .grade = "E"})
          .field("kappa", &PostgresSpec::kappa, "The same, growing with their number.",
                 {.default_text = "0", .bounds = {.min = 0, .max = 1}, .grade = "E"})
          .field("connect", &PostgresSpec::connect, "Time to open a connection: TCP, TLS, authentication.",
                 {.default_text = "2.3ms", .grade = "B"})
          .field("connect_cpu", &PostgresSpec::connect_cpu,
                 "CPU of the server for it, besides: TLS's signature, a new process. Absent: none.")
          .field("rtt", &PostgresSpec::rtt, "One network round trip to it.", {.default_text = "0us", .grade = "E"})
          .field("fsync", &PostgresSpec::fsync, "One flush of the log; commits that wait together share it.",
                 {.default_text = "1ms", .grade = "E"})
          .field("statement_timeout", &PostgresSpec::statement_timeout,
                 "A statement is cancelled after this, its commit not; 0: never.",
                 {.default_text = "0", .bounds = milliseconds, .grade = "D"})
          .field("lock_timeout", &PostgresSpec::lock_timeout, "Longest wait for each row lock; 0: for ever.",
                 {.default_text = "0", .bounds = milliseconds, .grade = "D"})
          .field("deadlock_timeout", &PostgresSpec::deadlock_timeout,
                 "Who waits so long for a row lock looks for a deadlock, once.",
                 {.default_text = "1000", .bounds = {.native_unit = "ms", .above_min = true}, .grade = "D"})
          .field("replicas", &PostgresSpec::replicas, "Streaming replicas, each with as many `cores`.",
                 {.default_text = "0", .bounds = {.min = 0, .max = 1000}})
          .choice("reads", &PostgresSpec::reads, "Where lone queries with `access: read` go.",
                  {.default_text = "primary", .choices = {"primary", "replicas"}})
          .field("replay_rate", &PostgresSpec::replay_rate,
                 "How fast a replica replays the log (`wal` of queries); absent: it never lags.",
                 {.bounds = {.above_min = true}})
          .field("failover", &PostgresSpec::failover,
                 "How long it takes until a standby has taken over: a fault that is a `failover` lasts so long.");
  return table;
}

Progress op_commit(Simulation& simulation, Request& request, const Op& op) {
  return simulation.resource<GroupCommit>(op.target).commit(request);
}

// The rows of the slots; `reserved` is made when a superuser is the first to connect.
struct SlotRows {
  ResourceIndex slots = 0;
  std::optional<ResourceIndex> reserved;
  ErrorId only_reserved = kNoError;
  ErrorId too_many_clients = kNoError;
};

struct SlotPlan {
  const SlotRows* rows = nullptr;
  bool superuser = false;
};

// A connection takes a slot if one is left that is not reserved, a superuser's any; what counts is how many are taken,
// not by whom.
Progress op_take_slot(Simulation& simulation, Request& request, const Op& op) {
  const auto& plan = *static_cast<const SlotPlan*>(op.plan);
  auto& slots = simulation.resource<Slots>(plan.rows->slots);
  if (!plan.rows->reserved) {
    return slots.acquire(request, 1);
  }
  auto& reserved = simulation.resource<Slots>(*plan.rows->reserved);
  const std::int64_t taken = slots.in_use() + reserved.in_use();
  if (taken >= slots.capacity() + reserved.capacity()) {
    (plan.superuser ? reserved : slots).refuse(request, plan.rows->too_many_clients);
  } else if (taken < slots.capacity()) {
    return slots.acquire(request, 1);
  } else if (plan.superuser) {
    return reserved.acquire(request, 1);
  } else {
    slots.refuse(request, plan.rows->only_reserved);
  }
  return Progress::next;
}

class BuiltPostgres final : public BuiltResource, public ConnectionServer {
 public:
  struct Rows {
    std::shared_ptr<SlotRows> slots;
    ResourceIndex wal = 0;
    std::optional<CpuPlace> cpu;
    ReplicaRows replicas;
    ErrorId statement_timeout = kNoError;
  };
  BuiltPostgres(const ResourceSpec& resource_spec, ModelBuilder& builder, Rows rows)
      : BuiltResource(resource_spec), builder_(builder), rows_(std::move(rows)) {}

  void lower_connect(Lowerer& lowerer, const std::string& user, const std::string&) override {
    const Lowerer::At at(lowerer, spec, "connect");
    const bool superuser = user == own().superuser && own().superuser_reserved_connections > 0;
    if (superuser && !rows_.slots->reserved) {
      add_reserved();
    }
    lowerer.emit({.execute = &op_take_slot, .plan = builder_.keep(SlotPlan{rows_.slots.get(), superuser})});
    emit_delay(lowerer, rows_.slots->slots, lowerer.drawn(own().connect), "postgres.connect");
    if (own().connect_cpu) {
      emit_work(lowerer, rows_.cpu, rows_.slots->slots, lowerer.drawn(*own().connect_cpu), "postgres.connect_cpu");
    }
  }
  void lower_begin(Lowerer&, const std::string&, const std::string&) override {
    open_.push_back({++transactions_, false});
  }
  void lower_end(Lowerer& lowerer, const std::string&, const std::string&) override {
    const Transaction ended = open_.back();
    open_.pop_back();
    if (ended.locks) {
      lowerer.emit({.execute = &op_unlock_rows, .plan = builder_.keep(RowUnlockStep{*locks_, ended.number})});
    }
  }
  void lower_query(Lowerer& lowerer, const QueryWork& work) override {
    lower_statement(lowerer, work);
    if (work.wal && rows_.replicas.replay) {
      emit_ship(lowerer, rows_.replicas, *work.wal);
    }
  }
  void lower_round_trip(Lowerer& lowerer, std::string_view site) override {
    const Lowerer::At at(lowerer, spec, site);
    emit_round_trip(lowerer, site);
  }
  [[nodiscard]] ResourceIndex admission() const override { return rows_.slots->slots; }
  [[nodiscard]] std::optional<ResourceIndex> connection_slots() const override { return rows_.slots->slots; }

 private:
  // While it is lowered: its number, and whether a query of it locks rows.
  struct Transaction {
    std::int64_t number;
    bool locks;
  };

  [[nodiscard]] const PostgresSpec& own() const { return spec.as<PostgresSpec>(); }

  void emit_round_trip(Lowerer& lowerer, std::string_view site) {
    emit_delay(lowerer, rows_.slots->slots, lowerer.drawn(own().rtt), site);
  }

  void lower_statement(Lowerer& lowerer, const QueryWork& work) {
    const Lowerer::At at(lowerer, spec, "query");
    for (std::int64_t i = 0; i < work.round_trips; ++i) {
      emit_round_trip(lowerer, "query.rtt." + std::to_string(i));
    }
    const bool limited = own().statement_timeout.ns > 0;
    if (limited) {
      const TimeoutPlan limit{
          .after = own().statement_timeout, .error = rows_.statement_timeout, .propagates = true, .servers = true};
      lowerer.emit({.execute = &op_timeout_begin, .plan = builder_.keep(limit)});
    }
    lower_work(lowerer, work);
    if (limited) {
      lowerer.emit({.execute = &op_scope_end});
    }
    if (work.commit) {
      lowerer.emit({.execute = &op_commit, .target = rows_.wal}, "query.commit");
    }
  }

  // What statement_timeout bounds.
  void lower_work(Lowerer& lowerer, const QueryWork& work) {
    for (std::size_t i = 0; i < work.locks.size(); ++i) {
      lower_lock(lowerer, work.locks[i], "query.lock." + std::to_string(i));
    }
    const bool goes_to_replica =
        rows_.replicas.cpu && !work.write && !work.in_transaction && !work.commit && work.locks.empty();
    if (goes_to_replica) {
      emit_replica_work(lowerer, rows_.replicas, work.cpu);
    } else {
      emit_work(lowerer, rows_.cpu, rows_.slots->slots, lowerer.drawn(work.cpu), "query.cpu");
    }
    emit_delay(lowerer, rows_.slots->slots, lowerer.drawn(work.io), "query.io");
  }

  void lower_lock(Lowerer& lowerer, const QueryLock& lock, std::string_view site) {
    if (!locks_) {
      add_locks();
    }
    open_.back().locks = true;
    const auto table = tables_.emplace(lock.table, static_cast<std::int64_t>(tables_.size())).first->second;
    const RowLockStep step{*locks_, table, lowerer.drawn(lock.row), lock.mode, open_.back().number};
    lowerer.emit({.execute = &op_lock_row, .plan = builder_.keep(step)}, site);
  }

  // --- rows that only some need -----------------------------------------------------------------------------------
  void add_reserved() {
    auto& reserved = builder_.add(std::make_unique<SlotsPlan>(), spec, "reserved");
    reserved.capacity = static_cast<double>(own().superuser_reserved_connections);
    reserved.queue_limit = 0;
    reserved.in_bound = false;
    reserved.relieved_by = "superuser_reserved_connections";
    rows_.slots->reserved = reserved.row;
    rows_.slots->too_many_clients =
        builder_.error("too_many_clients", "FATAL 53300: sorry, too many clients already", spec.name);
  }
  void add_locks() {
    auto& locks = builder_.add(std::make_unique<RowLocksPlan>(), spec, "locks");
    locks.in_bound = false;
    if (own().lock_timeout.ns > 0) {
      locks.lock_timeout = own().lock_timeout;
    }
    locks.deadlock_timeout = own().deadlock_timeout;
    locks.timed_out =
        builder_.error("lock_not_available", "ERROR 55P03: canceling statement due to lock timeout", spec.name);
    locks.deadlock = builder_.error("deadlock_detected", "ERROR 40P01: deadlock detected", spec.name);
    builder_.keeps_at(spec.name, locks.row);
    locks_ = locks.row;
  }

  ModelBuilder& builder_;
  Rows rows_;
  std::optional<ResourceIndex> locks_;
  std::map<std::string, std::int64_t> tables_;
  std::vector<Transaction> open_;
  std::int64_t transactions_ = 0;
};

std::optional<Contention> contention_of(const PostgresSpec& postgres) {
  return postgres.sigma == 0 && postgres.kappa == 0
             ? std::nullopt
             : std::optional<Contention>({.sigma = postgres.sigma, .kappa = postgres.kappa});
}

std::optional<CpuPlace> place_cpu(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& postgres = spec.as<PostgresSpec>();
  if (spec.host && postgres.cores) {
    builder.diagnostics().error(spec.place_of("cores"),
                                "resource '" + spec.name + "': it has either a 'host' or 'cores' of its own");
  }
  if (!postgres.cores && contention_of(postgres)) {
    const std::string_view key = postgres.sigma > 0 ? "sigma" : "kappa";
    builder.diagnostics().error(spec.place_of(key),
                                "resource '" + spec.name + "': '" + std::string(key) + "' needs 'cores' of its own");
  }
  if (spec.host) {
    const BuiltHost* host = builder.host(*spec.host);
    return host == nullptr ? std::nullopt : std::optional<CpuPlace>(cpu_place(builder, spec, *host));
  }
  if (!postgres.cores) {
    return std::nullopt;
  }
  auto& cpu = builder.add(std::make_unique<HostCpuPlan>(), spec, "cpu");
  cpu.capacity = postgres.cores->count;
  cpu.contention = contention_of(postgres);
  return CpuPlace{.host = cpu.row};
}

ReplicaRows place_replicas(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& postgres = spec.as<PostgresSpec>();
  ReplicaRows rows;
  rows.count = postgres.replicas;
  if (postgres.replicas == 0) {
    if (postgres.reads == Reads::replicas || postgres.replay_rate) {
      const std::string_view key = postgres.replay_rate ? "replay_rate" : "reads";
      builder.diagnostics().error(spec.place_of(key),
                                  "resource '" + spec.name + "': '" + std::string(key) + "' needs 'replicas'");
    }
    return rows;
  }
  if (postgres.replay_rate) {
    auto& replay = builder.add(std::make_unique<SlotsPlan>(), spec, "replay");
    replay.capacity = 1;
    replay.in_bound = false;
    replay.relieved_by = "replay_rate";
    rows.replay = replay.row;
    rows.replay_rate = *postgres.replay_rate;
  }
  if (postgres.reads == Reads::primary) {
    return rows;
  }
  if (!postgres.cores) {
    builder.diagnostics().error(spec.place_of("reads"),
                                "resource '" + spec.name + "': replicas that are read from need 'cores'");
    return rows;
  }
  auto& cpu = builder.add(std::make_unique<HostCpuPlan>(), spec, "replicas.cpu");
  cpu.capacity = postgres.cores->count;
  cpu.contention = contention_of(postgres);
  cpu.members = static_cast<double>(postgres.replicas);
  rows.cpu = cpu.row;
  rows.stale_reads = rows.replay ? builder.mark(spec.name + ".stale_reads") : 0;
  return rows;
}

SlotRows place_slots(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& postgres = spec.as<PostgresSpec>();
  const std::int64_t usable = postgres.max_connections - postgres.superuser_reserved_connections;
  if (usable < 1) {
    builder.diagnostics().error(spec.place, "resource '" + spec.name + "': no connections are left: max_connections " +
                                                std::to_string(postgres.max_connections) + ", reserved " +
                                                std::to_string(postgres.superuser_reserved_connections));
  }
  if (postgres.failover) {
    if (!postgres.failover->attribute.empty()) {
      builder.diagnostics().error(spec.place_of("failover"),
                                  "resource '" + spec.name + "': 'failover' must be a time or a distribution");
    }
    builder.takes_over_in(spec, postgres.failover->distribution);
  }
  auto& slots = builder.add(std::make_unique<SlotsPlan>(), spec, "slots");
  slots.capacity = static_cast<double>(usable);
  slots.queue_limit = 0;
  slots.in_bound = false;  // held by connections, whose number does not follow the load
  slots.relieved_by = "max_connections";
  slots.refused = builder.error(
      "too_many_connections",
      postgres.superuser_reserved_connections > 0
          ? "FATAL 53300: remaining connection slots are reserved for non-replication superuser connections"
          : "FATAL 53300: sorry, too many clients already",
      spec.name);
  return {slots.row, std::nullopt, slots.refused, kNoError};
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& postgres = spec.as<PostgresSpec>();
  BuiltPostgres::Rows rows;
  rows.slots = std::make_shared<SlotRows>(place_slots(spec, builder));
  builder.model().plans.push_back(rows.slots);
  auto& wal = builder.add(std::make_unique<GroupCommitPlan>(), spec, "wal");
  wal.capacity = 1;
  wal.flush = postgres.fsync.distribution;
  rows.wal = wal.row;
  rows.cpu = place_cpu(spec, builder);
  rows.replicas = place_replicas(spec, builder);
  if (postgres.statement_timeout.ns > 0) {
    rows.statement_timeout =
        builder.error("statement_timeout", "ERROR 57014: canceling statement due to statement timeout", spec.name);
  }
  return std::make_unique<BuiltPostgres>(spec, builder, std::move(rows));
}

}  // namespace

const ResourceKind& postgres_kind() {
  static const ResourceKind kind{"postgres",
                                 "A Postgres server: slots, row locks, CPU, log, replicas.",
                                 fields,
                                 {"host", "price"},
                                 build,
                                 {FaultIs::down, FaultIs::errors, FaultIs::failover, FaultIs::killed,
                                  FaultIs::partition, FaultIs::restart, FaultIs::slow}};
  return kind;
}

}  // namespace loadstone
