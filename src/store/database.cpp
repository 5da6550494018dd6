#include "src/store/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cmath>

namespace loadstone::store {

namespace {

constexpr int kApplication = 0x4c6f6164;  // "Load"
constexpr int kSchema = 1;

std::string figure_columns(const std::vector<std::string>& figures) {
  std::string text;
  for (const std::string& figure : figures) {
    text += ", " + column_of(figure) + " REAL";
  }
  return text;
}

std::string schema() {
  return fmt::format(R"(
CREATE TABLE plan (experiment TEXT, method TEXT, seed TEXT, replications INTEGER);
CREATE TABLE points (point INTEGER PRIMARY KEY, key TEXT NOT NULL, topology TEXT, workload TEXT, "case" TEXT);
CREATE TABLE varied (point INTEGER, place INTEGER, name TEXT, value TEXT, PRIMARY KEY (point, place)) WITHOUT ROWID;
CREATE TABLE names (of TEXT, place INTEGER, name TEXT, PRIMARY KEY (of, place)) WITHOUT ROWID;
CREATE TABLE runs (run INTEGER PRIMARY KEY, key TEXT NOT NULL, replication INTEGER NOT NULL, seed TEXT,
  simulated_s REAL, events INTEGER, fingerprint TEXT, bytes BLOB NOT NULL, UNIQUE (key, replication));
CREATE TABLE flows (run INTEGER, flow TEXT{}, PRIMARY KEY (run, flow)) WITHOUT ROWID;
CREATE TABLE resources (run INTEGER, resource TEXT{}, PRIMARY KEY (run, resource)) WITHOUT ROWID;
CREATE TABLE searches (key TEXT PRIMARY KEY, seed TEXT, axis TEXT, at REAL, at_lo REAL, at_hi REAL,
  throughput_per_s REAL, throughput_per_s_lo REAL, throughput_per_s_hi REAL, limited_by TEXT, first TEXT, cause TEXT,
  why TEXT, json TEXT) WITHOUT ROWID;
PRAGMA application_id = {};
PRAGMA user_version = {};
)",
                     figure_columns(report::flow_figures()), figure_columns(report::resource_figures()), kApplication,
                     kSchema);
}

SQLite::Database open(const std::string& file) {
  try {
    SQLite::Database db(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    // Exclusive before the log is: then it needs no memory that processes share, which network file systems lack.
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    db.exec("BEGIN EXCLUSIVE");  // takes the lock now, not when the first run is finished
    const int application = db.execAndGet("PRAGMA application_id").getInt();
    const int version = db.execAndGet("PRAGMA user_version").getInt();
    const bool is_new = db.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
    if (is_new) {
      db.exec(schema());
    } else if (application != kApplication) {
      refuse(file, "an SQLite file, but not of loadstone");
    } else if (version != kSchema) {
      refuse(file, fmt::format("made by another version of loadstone (its tables have number {}, this program's {})",
                               version, kSchema));
    }
    db.exec("COMMIT");
    return db;
  } catch (const SQLite::Exception& error) {
    switch (error.getErrorCode()) {
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        refuse(file, "another loadstone is writing there");
      case SQLITE_NOTADB:
        refuse(file, "not an SQLite file");
      case SQLITE_CANTOPEN:
      case SQLITE_READONLY:
      case SQLITE_PERM:
        refuse(file, error.what());
      default:
        throw std::runtime_error(file + ": " + error.what());
    }
  }
}

std::size_t number_of_figures(std::string_view table) {
  return (table == "flows" ? report::flow_figures() : report::resource_figures()).size();
}

}  // namespace

Store::State::State(const std::string& file)
    : path(file),
      db(open(file)),
      put_run(db,
              "INSERT OR IGNORE INTO runs (key, replication, seed, simulated_s, events, fingerprint, bytes) VALUES (" +
                  marks(7) + ")"),
      put_flow(db, "INSERT INTO flows VALUES (" + marks(2 + number_of_figures("flows")) + ")"),
      put_resource(db, "INSERT INTO resources VALUES (" + marks(2 + number_of_figures("resources")) + ")") {}

void Store::State::put_figures(Statement& into, std::int64_t run, const Figures& figures) {
  for (const auto& [name, values] : figures) {
    into.reset();
    into.bind(1, run);
    into.bind(2, name);
    for (std::size_t i = 0; i < values.size(); ++i) {
      set(into, static_cast<int>(i) + 3, std::optional(values[i]));
    }
    into.exec();
  }
}

Figures Store::State::figures(const char* table, std::int64_t run) {
  Figures found;
  Statement query(db, fmt::format("SELECT * FROM {} WHERE run = ?", table));
  for (query.bind(1, run); query.executeStep();) {
    std::vector<double>& values = found[text_at(query, 1)];
    for (std::size_t i = 0; i < number_of_figures(table); ++i) {
      values.push_back(number_at(query, static_cast<int>(i) + 2));
    }
  }
  return found;
}

void Store::State::put_names(const char* of, const std::vector<std::string>& list) {
  Statement into(db, "INSERT INTO names VALUES (?, ?, ?)");
  for (std::size_t i = 0; i < list.size(); ++i) {
    into.reset();
    into.bind(1, of);
    into.bind(2, static_cast<std::int64_t>(i));
    into.bind(3, list[i]);
    into.exec();
  }
}

std::vector<std::string> Store::State::names(const char* of) {
  std::vector<std::string> found;
  Statement query(db, "SELECT name FROM names WHERE of = ? ORDER BY place");
  for (query.bind(1, of); query.executeStep();) {
    found.push_back(text_at(query, 0));
  }
  return found;
}

void refuse(const std::string& path, const std::string& why) {
  throw StoreRefused((path.empty() ? "the store" : path) + ": " + why);
}

std::string marks(std::size_t count) {
  std::string text = "?";
  for (std::size_t i = 1; i < count; ++i) {
    text += ", ?";
  }
  return text;
}

std::string column_of(std::string figure) {
  std::replace(figure.begin(), figure.end(), '.', '_');
  return figure;
}

void set(Statement& statement, int at, const std::optional<double>& value) {
  if (value && !std::isnan(*value)) {
    statement.bind(at, *value);
  } else {
    statement.bind(at);
  }
}

double number_at(const Statement& statement, int at) {
  const SQLite::Column column = statement.getColumn(at);
  return column.isNull() ? NAN : column.getDouble();
}

Estimate estimate_at(const Statement& statement, int at) {
  Estimate estimate;
  estimate.value = number_at(statement, at);
  if (!statement.getColumn(at + 1).isNull()) {
    estimate.ci = Interval{number_at(statement, at + 1), number_at(statement, at + 2)};
  }
  return estimate;
}

std::string text_at(const Statement& statement, int at) {
  return statement.getColumn(at).getString();
}

void set(Statement& statement, int at, const Estimate& estimate) {
  set(statement, at, std::optional(estimate.value));
  set(statement, at + 1, estimate.ci ? std::optional(estimate.ci->lo) : std::nullopt);
  set(statement, at + 2, estimate.ci ? std::optional(estimate.ci->hi) : std::nullopt);
}

}  // namespace loadstone::store
