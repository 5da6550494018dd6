// query: a statement on a connection.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

enum class Access : std::uint8_t { read, write };

struct Query {
  std::optional<Reference> pool;
  bool own_connection = false;  // `new: true`
  TimeLaw cpu;
  TimeLaw io;
  bool commit = false;
  std::int64_t round_trips = 1;
  Access access = Access::write;
  std::vector<QueryLock> locks;
  std::optional<SizeLaw> wal;
};

const FieldTable& lock_fields() {
  static const FieldTable table =
      FieldTable::of<QueryLock>()
          .field("table", &QueryLock::table, "Whose row.", {.default_text = "table"})
          .field("row", &QueryLock::row, "Which row: a number.")
          .choice("mode", &QueryLock::mode, "FOR KEY SHARE, FOR SHARE, an UPDATE, FOR UPDATE or a DELETE.",
                  {.default_text = "no_key_update", .choices = {"key_share", "share", "no_key_update", "update"}});
  return table;
}

bool read_locks(Reader& reader, const Node& node, Query& out) {
  if (!node.is_sequence() || node.items.empty()) {
    reader.error(node.place, "'locks' needs a list of rows, got " + describe(node),
                 {"- {table: accounts, row: $request.account}"});
    return false;
  }
  bool ok = true;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Scope scope(reader, std::to_string(i));
    if (!node.items[i].is_mapping()) {
      reader.error(node.items[i].place, "a lock must be a mapping, got " + describe(node.items[i]));
      return false;
    }
    ok = lock_fields().read(reader, node.items[i], &out.locks.emplace_back()) && ok;
  }
  return ok;
}

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<Query>()
          .field("pool", &Query::pool, "Where its connection comes from; inside `hold` absent: the held one.")
          .field("new", &Query::own_connection, "Inside `hold`: takes a second connection.", {.default_text = "false"})
          .field("cpu", &Query::cpu, "CPU time on the server; stretched when its cores are shared.",
                 {.default_text = "0ms"})
          .field("io", &Query::io, "Time of reads from storage; not stretched.", {.default_text = "0ms"})
          .field("commit", &Query::commit, "Waits for the log to be flushed.", {.default_text = "false"})
          .field("round_trips", &Query::round_trips, "Network round trips.",
                 {.default_text = "1", .bounds = {.min = 0, .max = 1000}})
          .choice("access", &Query::access, "Whether it only reads.",
                  {.default_text = "write", .choices = {"read", "write"}})
          .custom<Query>("locks", "Rows that it locks, in this order, until its transaction ends.", read_locks,
                         {.optional = true}, FieldType::mappings, &lock_fields())
          .field("wal", &Query::wal, "What it writes to the log, for replicas to replay.");
  return table;
}

QueryWork work_of(const Query& query, bool in_transaction) {
  return {.cpu = query.cpu,
          .io = query.io,
          .commit = query.commit,
          .round_trips = query.round_trips,
          .write = query.access == Access::write,
          .in_transaction = in_transaction,
          .locks = query.locks,
          .wal = query.wal};
}

// What has been sent is executed to its end.
void lower_statement(ConnectionServer& server, const Query& query, bool in_transaction, Lowerer& lowerer) {
  const std::uint32_t first = lowerer.here();
  server.lower_query(lowerer, work_of(query, in_transaction));
  lowerer.served_since(first);
}

void lower_on_held(const Query& query, Lowerer& lowerer) {
  const Lowerer::HeldConnection& held = lowerer.connections.back();
  ConnectionServer& server = *held.pool->connects_to();
  if (!held.transaction) {
    server.lower_begin(lowerer, held.pool->user(), held.pool->database());
  }
  lower_statement(server, query, held.transaction, lowerer);
  if (!held.transaction) {
    server.lower_end(lowerer, held.pool->user(), held.pool->database());
  }
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& query = step.as<Query>();
  if (!query.pool) {
    if (lowerer.connections.empty()) {
      lowerer.error("a query needs a 'pool', or a 'hold' of a pool around it");
      return;
    }
    if (query.own_connection) {
      lowerer.error("'new: true' needs the 'pool' to take the second connection from");
      return;
    }
    lower_on_held(query, lowerer);
    return;
  }
  auto* source = lowerer.builder().resource_that_can<ConnectionSource>(*query.pool, "give connections");
  if (source == nullptr) {
    return;
  }
  BuiltResource* built = lowerer.builder().resource(*query.pool);
  for (const Lowerer::HeldConnection& held : lowerer.connections) {
    if (held.resource == built && !query.own_connection) {
      lowerer.error(
          "this query is inside 'hold: " + query.pool->name + "' and would take a second connection of the same pool",
          {"leave out 'pool' to use the held connection, or say 'new: true'"});
      return;
    }
  }
  auto* holdable = dynamic_cast<Holdable*>(built);
  holdable->lower_acquire(lowerer, 1, std::nullopt, true);
  lower_statement(*source->connects_to(), query, false, lowerer);
  holdable->lower_release(lowerer, true);
}

}  // namespace

const StepKind& query_step() {
  static const StepKind kind{"query", "A statement on a connection.", fields, "", lower};
  return kind;
}

}  // namespace loadstone
