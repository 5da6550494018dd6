#include <fmt/format.h>

#include <filesystem>

#include "src/report/rows_csv.hpp"
#include "src/store/database.hpp"

namespace loadstone::store {

using report::RunRow;
using report::SweepPlan;

void Store::write_rows(const std::function<void(const std::string&)>& write) const {
  const SweepPlan plan = *this->plan();
  const report::RowsCsv csv(plan);
  write(csv.header());
  for (std::size_t point = 0; point < plan.points.size(); ++point) {
    if (plan.method == Method::saturate) {
      if (const auto row = search(plan.points[point].key)) {
        write(csv.line(point, *row));
      }
      continue;
    }
    Statement runs(state_->db,
                   "SELECT run, replication, seed, simulated_s, events, fingerprint FROM runs WHERE key = ? AND "
                   "replication < ? ORDER BY replication");
    runs.bind(1, plan.points[point].key);
    runs.bind(2, static_cast<std::int64_t>(plan.replications));
    while (runs.executeStep()) {
      const std::int64_t run = runs.getColumn(0).getInt64();
      write(csv.line(point, RunRow{.seed = std::stoull(text_at(runs, 2)),
                                   .replication = static_cast<std::size_t>(runs.getColumn(1).getInt64()),
                                   .simulated_s = runs.getColumn(3).getDouble(),
                                   .events = static_cast<std::uint64_t>(runs.getColumn(4).getInt64()),
                                   .fingerprint = text_at(runs, 5),
                                   .flows = state_->figures("flows", run),
                                   .resources = state_->figures("resources", run)}));
    }
  }
}

namespace {

std::string columns_of(const char* name, const std::vector<std::string>& figures) {
  std::string columns = name;
  for (const std::string& figure : figures) {
    columns += ", " + column_of(figure);
  }
  return columns;
}

}  // namespace

void Store::merge(const std::string& path) {
  if (!std::filesystem::is_regular_file(path)) {
    refuse(path, "no such file");
  }
  const std::optional<SweepPlan> mine = plan();
  {
    const Store other(path);  // looks whether it can be used, and is closed before it is attached
    const std::optional<SweepPlan> theirs = other.plan();
    if (!theirs) {
      refuse(path, "no sweep was run into it");
    }
    if (!mine) {
      set_plan(*theirs);
    } else if (!(*mine == *theirs)) {
      refuse(path, "belongs to another sweep: other inputs, points, seed or replications");
    }
  }
  SQLite::Database& db = state_->db;
  db.exec("ATTACH " + report::in_quotes(path, '\'') + " AS other");
  SQLite::Transaction all(db);
  // Runs that are new get numbers above all there are; what belongs to them follows by those.
  const std::int64_t shift = db.execAndGet("SELECT ifnull(max(run), 0) FROM main.runs").getInt64();
  db.exec(fmt::format(
      "INSERT INTO main.runs SELECT run + {}, key, replication, seed, simulated_s, events, fingerprint, bytes FROM "
      "other.runs o WHERE NOT EXISTS (SELECT 1 FROM main.runs m WHERE m.key = o.key AND m.replication = o.replication)",
      shift));
  for (const auto& [table, columns] : {std::pair{"flows", columns_of("flow", report::flow_figures())},
                                       std::pair{"resources", columns_of("resource", report::resource_figures())}}) {
    db.exec(fmt::format(
        "INSERT INTO main.{0} SELECT run + {2}, {1} FROM other.{0} WHERE run + {2} IN (SELECT run FROM main.runs)",
        table, columns, shift));
  }
  db.exec("INSERT OR IGNORE INTO main.searches SELECT * FROM other.searches");
  all.commit();
  db.exec("DETACH other");
}

}  // namespace loadstone::store
