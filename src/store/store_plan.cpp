#include <fmt/format.h>

#include <algorithm>

#include "src/report/rows_csv.hpp"
#include "src/store/database.hpp"

namespace loadstone::store {

using report::PlannedPoint;
using report::SweepPlan;

void Store::set_plan(const SweepPlan& plan) {
  SQLite::Database& db = state_->db;
  SQLite::Transaction all(db);
  db.exec("DELETE FROM plan; DELETE FROM points; DELETE FROM varied; DELETE FROM names; DROP VIEW IF EXISTS rows");
  Statement into_plan(db, "INSERT INTO plan VALUES (?, ?, ?, ?)");
  into_plan.bind(1, plan.experiment);
  into_plan.bind(2, std::string(method_names()[static_cast<std::size_t>(plan.method)]));
  into_plan.bind(3, std::to_string(plan.seed));
  into_plan.bind(4, static_cast<std::int64_t>(plan.replications));
  into_plan.exec();
  state_->put_names("varied", plan.varied);
  state_->put_names("flow", plan.flows);
  state_->put_names("resource", plan.resources);
  Statement into_points(db, "INSERT INTO points VALUES (?, ?, ?, ?, ?)");
  Statement into_varied(db, "INSERT INTO varied VALUES (?, ?, ?, ?)");
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    const PlannedPoint& point = plan.points[i];
    into_points.reset();
    into_points.bind(1, static_cast<std::int64_t>(i));
    into_points.bind(2, point.key);
    into_points.bind(3, point.topology);
    into_points.bind(4, point.workload);
    into_points.bind(5, point.name);
    into_points.exec();
    for (std::size_t place = 0; place < point.varied.size(); ++place) {
      into_varied.reset();
      into_varied.bind(1, static_cast<std::int64_t>(i));
      into_varied.bind(2, static_cast<std::int64_t>(place));
      into_varied.bind(3, point.varied[place].first);
      into_varied.bind(4, point.varied[place].second);
      into_varied.exec();
    }
  }
  std::string columns = "p.point, p.topology, p.workload, p.\"case\"";
  for (const std::string& name : plan.varied) {
    columns += fmt::format(", (SELECT value FROM varied v WHERE v.point = p.point AND v.name = {}) AS {}",
                           report::in_quotes(name, '\''), report::in_quotes(name, '"'));
  }
  db.exec(plan.method == Method::saturate
              ? fmt::format("CREATE VIEW rows AS SELECT {}, s.seed, s.axis, s.at, s.at_lo, s.at_hi, "
                            "s.throughput_per_s, s.throughput_per_s_lo, s.throughput_per_s_hi, s.limited_by, s.first, "
                            "s.cause FROM points p JOIN searches s USING (key) ORDER BY p.point",
                            columns)
              : fmt::format("CREATE VIEW rows AS SELECT {}, r.seed, r.replication, r.simulated_s, r.events, "
                            "r.fingerprint, r.run FROM points p JOIN runs r USING (key) WHERE r.replication < {} "
                            "ORDER BY p.point, r.replication",
                            columns, plan.replications));
  all.commit();
}

std::optional<SweepPlan> Store::plan() const {
  SQLite::Database& db = state_->db;
  Statement of_plan(db, "SELECT experiment, method, seed, replications FROM plan");
  if (!of_plan.executeStep()) {
    return std::nullopt;
  }
  SweepPlan plan;
  plan.experiment = text_at(of_plan, 0);
  const auto& methods = method_names();
  plan.method = static_cast<Method>(std::find(methods.begin(), methods.end(), text_at(of_plan, 1)) - methods.begin());
  plan.seed = std::stoull(text_at(of_plan, 2));
  plan.replications = static_cast<std::size_t>(of_plan.getColumn(3).getInt64());
  plan.varied = state_->names("varied");
  plan.flows = state_->names("flow");
  plan.resources = state_->names("resource");
  Statement of_points(db, "SELECT key, topology, workload, \"case\" FROM points ORDER BY point");
  while (of_points.executeStep()) {
    plan.points.push_back(
        {text_at(of_points, 0), text_at(of_points, 1), text_at(of_points, 2), text_at(of_points, 3), {}});
  }
  Statement of_varied(db, "SELECT point, name, value FROM varied ORDER BY point, place");
  while (of_varied.executeStep()) {
    plan.points.at(static_cast<std::size_t>(of_varied.getColumn(0).getInt64()))
        .varied.emplace_back(text_at(of_varied, 1), text_at(of_varied, 2));
  }
  return plan;
}

}  // namespace loadstone::store
