// src/store/store.hpp
//
// Finished runs in an SQLite file, `results.sqlite`: found again by the key of what they depend on, so that a sweep
// goes on where it was cut short, and one that was run already is not run again.
//
// Tables. runs, flows, resources, searches: what was found, by key. points, varied, names: the sweep that was asked
//         for last. The view `rows` joins them: `SELECT clerks, latency_ms_p95 FROM rows JOIN flows USING (run)`.
// Owns.   The file, alone: a second writer is refused. Write-ahead log; a killed process loses no run that was put.
// Thread. One at a time.
// Fails.  StoreRefused if the file cannot be used (nothing in it was touched), std::runtime_error if writing fails.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "src/report/sweep_plan.hpp"

namespace loadstone::store {

inline constexpr const char* kFileName = "results.sqlite";

struct StoreRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Store {
 public:
  // Makes the file if there is none. "": a file of its own that goes away with it.
  explicit Store(const std::string& path);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // What the rows are rows of, from now on. Runs of other sweeps stay.
  void set_plan(const report::SweepPlan& plan);
  // Nothing if there never was one.
  [[nodiscard]] std::optional<report::SweepPlan> plan() const;

  // A run that is there already is left as it is.
  void put(const std::string& key, const report::RunRow& row, const std::string& bytes);
  void put(const std::string& key, const report::SearchRow& row);

  // Which of the replications 0 .. count - 1 are there.
  [[nodiscard]] std::vector<bool> has_runs(const std::string& key, std::size_t count) const;
  [[nodiscard]] bool has_search(const std::string& key) const;
  // What put() was given. REQUIRES: it is there.
  [[nodiscard]] std::string bytes(const std::string& key, std::size_t replication) const;
  [[nodiscard]] std::optional<report::SearchRow> search(const std::string& key) const;

  // rows.csv of the plan, piece by piece: what is there of it. REQUIRES: there is a plan.
  void write_rows(const std::function<void(const std::string&)>& write) const;
  // Adds all that another store has. StoreRefused if it belongs to another sweep than this one's plan.
  void merge(const std::string& path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace loadstone::store
