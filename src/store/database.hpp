// src/store/database.hpp
//
// The file of a store, opened and looked at, and what its statements have in common. Included by this folder's
// store*.cpp only.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/store/store.hpp"

namespace loadstone::store {

using SQLite::Statement;

// By name of the flow or resource; NaN where there is none.
using Figures = std::map<std::string, std::vector<double>>;

struct Store::State {
  explicit State(const std::string& file);

  void put(const std::string& key, const report::RunRow& row, const std::string& bytes);
  void put(const std::string& key, const report::SearchRow& row);
  static void put_figures(Statement& into, std::int64_t run, const Figures& figures);
  [[nodiscard]] Figures figures(const char* table, std::int64_t run);
  void put_names(const char* of, const std::vector<std::string>& list);
  [[nodiscard]] std::vector<std::string> names(const char* of);

  std::string path;
  SQLite::Database db;
  Statement put_run;  // these three are used for every run
  Statement put_flow;
  Statement put_resource;
};

[[noreturn]] void refuse(const std::string& path, const std::string& why);

[[nodiscard]] std::string marks(std::size_t count);  // "?, ?, ?"
// latency_ms.p95 is a name in a file; in SQL it would be a column of a table.
[[nodiscard]] std::string column_of(std::string figure);

// NULL: there is none, or it is not a number.
void set(Statement& statement, int at, const std::optional<double>& value);
void set(Statement& statement, int at, const Estimate& estimate);  // three of them
[[nodiscard]] double number_at(const Statement& statement, int at);
[[nodiscard]] Estimate estimate_at(const Statement& statement, int at);
[[nodiscard]] std::string text_at(const Statement& statement, int at);

}  // namespace loadstone::store
