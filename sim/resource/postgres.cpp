// Postgres: connection slots that refuse, CPU shared by all that runs, a log that commits in groups.
#include "sim/primitive/group_commit.hpp"
#include "sim/primitive/host_cpu.hpp"
#include "sim/primitive/slots.hpp"
#include "sim/resource/emit.hpp"
#include "sim/resource/kinds.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

struct PostgresSpec {
  std::int64_t max_connections = 100;
  std::int64_t superuser_reserved_connections = 3;
  std::optional<Cores> cores;
  TimeLaw connect;
  TimeLaw rtt;
  TimeLaw fsync;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<PostgresSpec>()
          .field("max_connections", &PostgresSpec::max_connections,
                 "Connection slots; who finds none is refused at once.",
                 {.default_text = "100", .bounds = {.min = 1, .max = 262143}, .grade = "D"})
          .field("superuser_reserved_connections", &PostgresSpec::superuser_reserved_connections,
                 "Slots that only superusers get.", {.default_text = "3", .bounds = {.min = 0}, .grade = "D"})
          .field("cores", &PostgresSpec::cores, "Cores of its own, where it has no `host`.",
                 {.bounds = {.max = 100000, .above_min = true}})
          .field("connect", &PostgresSpec::connect, "Time to open a connection: TCP, TLS, authentication.",
                 {.default_text = "2.3ms", .grade = "B"})
          .field("rtt", &PostgresSpec::rtt, "One network round trip to it.", {.default_text = "0us", .grade = "E"})
          .field("fsync", &PostgresSpec::fsync, "One flush of the log; commits that wait together share it.",
                 {.default_text = "1ms", .grade = "E"});
  return table;
}

Progress op_commit(Simulation& simulation, Request& request, const Op& op) {
  return simulation.resource<GroupCommit>(op.target).commit(request);
}

class BuiltPostgres final : public BuiltResource, public ConnectionServer {
 public:
  struct Rows {
    ResourceIndex slots = 0;
    ResourceIndex wal = 0;
    std::optional<CpuPlace> cpu;
  };
  BuiltPostgres(const ResourceSpec& resource_spec, const Rows& rows) : BuiltResource(resource_spec), rows_(rows) {}

  void lower_connect(Lowerer& lowerer, const std::string&, const std::string&) override {
    emit_acquire(lowerer, rows_.slots);
    emit_delay(lowerer, rows_.slots, lowerer.drawn(own().connect), "postgres.connect");
  }
  void lower_begin(Lowerer&, const std::string&, const std::string&) override {}
  void lower_end(Lowerer&, const std::string&, const std::string&) override {}
  void lower_query(Lowerer& lowerer, const QueryWork& work) override {
    for (std::int64_t i = 0; i < work.round_trips; ++i) {
      lower_round_trip(lowerer, "query.rtt." + std::to_string(i));
    }
    emit_work(lowerer, rows_.cpu, rows_.slots, lowerer.drawn(work.cpu), "query.cpu");
    emit_delay(lowerer, rows_.slots, lowerer.drawn(work.io), "query.io");
    if (work.commit) {
      lowerer.emit({.execute = &op_commit, .target = rows_.wal}, "query.commit");
    }
  }
  void lower_round_trip(Lowerer& lowerer, std::string_view site) override {
    emit_delay(lowerer, rows_.slots, lowerer.drawn(own().rtt), site);
  }
  [[nodiscard]] ResourceIndex admission() const override { return rows_.slots; }
  [[nodiscard]] std::optional<ResourceIndex> connection_slots() const override { return rows_.slots; }

 private:
  [[nodiscard]] const PostgresSpec& own() const { return spec.as<PostgresSpec>(); }

  Rows rows_;
};

std::optional<CpuPlace> place_cpu(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& postgres = spec.as<PostgresSpec>();
  if (spec.host && postgres.cores) {
    builder.diagnostics().error(spec.place_of("cores"),
                                "resource '" + spec.name + "': it has either a 'host' or 'cores' of its own");
  }
  if (spec.host) {
    const BuiltHost* host = builder.host(*spec.host);
    return host == nullptr ? std::nullopt : std::optional<CpuPlace>(CpuPlace{.host = host->cpu});
  }
  if (!postgres.cores) {
    return std::nullopt;
  }
  auto& cpu = builder.add(std::make_unique<HostCpuPlan>(), spec, "cpu");
  cpu.capacity = postgres.cores->count;
  return CpuPlace{.host = cpu.row};
}

std::unique_ptr<BuiltResource> build(const ResourceSpec& spec, ModelBuilder& builder) {
  const auto& postgres = spec.as<PostgresSpec>();
  const std::int64_t usable = postgres.max_connections - postgres.superuser_reserved_connections;
  if (usable < 1) {
    builder.diagnostics().error(spec.place, "resource '" + spec.name + "': no connections are left: max_connections " +
                                                std::to_string(postgres.max_connections) + ", reserved " +
                                                std::to_string(postgres.superuser_reserved_connections));
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
  auto& wal = builder.add(std::make_unique<GroupCommitPlan>(), spec, "wal");
  wal.capacity = 1;
  wal.flush = postgres.fsync.distribution;
  return std::make_unique<BuiltPostgres>(spec, BuiltPostgres::Rows{slots.row, wal.row, place_cpu(spec, builder)});
}

}  // namespace

const ResourceKind& postgres_kind() {
  static const ResourceKind kind{"postgres", "A Postgres server: slots, CPU, log.", fields, {"host", "price"}, build};
  return kind;
}

}  // namespace loadstone
