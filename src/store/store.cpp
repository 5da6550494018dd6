#include "src/store/store.hpp"

#include "src/store/database.hpp"

namespace loadstone::store {

using report::RunRow;
using report::SearchRow;

Store::Store(const std::string& path) : state_(std::make_unique<State>(path)) {}
Store::~Store() = default;

namespace {

// Calls `put`; what the database says of it becomes a message about the file.
template <class Put>
void putting(const std::string& path, Put put) {
  try {
    put();
  } catch (const SQLite::Exception& error) {
    throw std::runtime_error((path.empty() ? "the store" : path) + ": " + error.what() +
                             "; what was finished before is kept, and the same command goes on from there");
  }
}

}  // namespace

void Store::put(const std::string& key, const RunRow& row, const std::string& bytes) {
  putting(state_->path, [&] { state_->put(key, row, bytes); });
}

void Store::put(const std::string& key, const SearchRow& row) {
  putting(state_->path, [&] { state_->put(key, row); });
}

void Store::State::put(const std::string& key, const RunRow& row, const std::string& bytes) {
  SQLite::Transaction all(db);
  put_run.reset();
  put_run.bind(1, key);
  put_run.bind(2, static_cast<std::int64_t>(row.replication));
  put_run.bind(3, std::to_string(row.seed));
  put_run.bind(4, row.simulated_s);
  put_run.bind(5, static_cast<std::int64_t>(row.events));
  put_run.bind(6, row.fingerprint);
  put_run.bind(7, bytes.data(), static_cast<int>(bytes.size()));
  if (put_run.exec() == 0) {
    return;
  }
  const std::int64_t id = db.getLastInsertRowid();
  put_figures(put_flow, id, row.flows);
  put_figures(put_resource, id, row.resources);
  all.commit();
}

void Store::State::put(const std::string& key, const SearchRow& row) {
  Statement into(db, "INSERT OR IGNORE INTO searches VALUES (" + marks(14) + ")");
  into.bind(1, key);
  into.bind(2, std::to_string(row.seed));
  into.bind(3, row.axis);
  set(into, 4, row.at);
  set(into, 7, row.throughput_per_s);
  into.bind(10, row.limited_by);
  into.bind(11, row.first);
  into.bind(12, row.cause);
  into.bind(13, row.why);
  into.bind(14, row.json);
  into.exec();
}

std::vector<bool> Store::has_runs(const std::string& key, std::size_t count) const {
  std::vector<bool> has(count);
  Statement query(state_->db, "SELECT replication FROM runs WHERE key = ?");
  for (query.bind(1, key); query.executeStep();) {
    const std::int64_t replication = query.getColumn(0).getInt64();
    if (replication >= 0 && static_cast<std::size_t>(replication) < count) {
      has[static_cast<std::size_t>(replication)] = true;
    }
  }
  return has;
}

bool Store::has_search(const std::string& key) const {
  Statement query(state_->db, "SELECT 1 FROM searches WHERE key = ?");
  query.bind(1, key);
  return query.executeStep();
}

std::string Store::bytes(const std::string& key, std::size_t replication) const {
  Statement query(state_->db, "SELECT bytes FROM runs WHERE key = ? AND replication = ?");
  query.bind(1, key);
  query.bind(2, static_cast<std::int64_t>(replication));
  query.executeStep();
  return query.getColumn(0).getString();
}

std::optional<SearchRow> Store::search(const std::string& key) const {
  Statement query(state_->db, "SELECT * FROM searches WHERE key = ?");
  query.bind(1, key);
  if (!query.executeStep()) {
    return std::nullopt;
  }
  return SearchRow{.seed = std::stoull(text_at(query, 1)),
                   .axis = text_at(query, 2),
                   .at = estimate_at(query, 3),
                   .throughput_per_s = estimate_at(query, 6),
                   .limited_by = text_at(query, 9),
                   .first = text_at(query, 10),
                   .cause = text_at(query, 11),
                   .why = text_at(query, 12),
                   .json = text_at(query, 13)};
}

}  // namespace loadstone::store
