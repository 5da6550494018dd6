// sim/claims/scope.hpp
//
// What the names of one claim stand for: those of its case, its own, the file's, and figures of points
// (`flows.read.latency.p95@base`). A name with a dot or an '@' is a figure.
//
// Owns.  Nothing: the specifications and the metrics outlive it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/claims/metrics.hpp"
#include "sim/spec/claims.hpp"

namespace loadstone {

// `throughput@base` in two; the point is "" where none is named.
struct Figure {
  std::string_view path;
  std::string_view point;
};

class Scope {
 public:
  // `lets`: the innermost first. `point`: of figures that name none.
  Scope(std::vector<const Lets*> lets, std::string_view point, const Metrics& metrics);

  [[nodiscard]] static bool is_figure(std::string_view name) { return name.find_first_of(".@") != std::string::npos; }
  [[nodiscard]] Figure figure(std::string_view name) const;
  [[nodiscard]] const LetSpec* let(std::string_view name) const;
  // Every name that the expression hangs on, each once: its own, and those behind them.
  [[nodiscard]] std::vector<std::string> cone(const Expression& expression) const;

  // Whether the expression is of that type. What is wrong is reported, but for dimensions that do not fit: those are
  // a finding about the claim, and the message is returned.
  [[nodiscard]] std::optional<std::string> check(const Expression& expression, const Type& wanted,
                                                 Diagnostics& diagnostics) const;

  // Some names, whatever they stand for, have these values.
  using Given = std::map<std::string, Value, std::less<>>;
  // Nothing if it has no value; `why` says so.
  [[nodiscard]] std::optional<Value> evaluate(const Expression& expression, const Given& given, std::string& why) const;

 private:
  struct Checking;

  void check_figure(const std::string& name, const Place& place, Diagnostics& diagnostics) const;
  std::optional<Type> type_of(std::string_view name, Checking& checking) const;
  std::optional<Value> value_of(std::string_view name, const Given& given, std::string& why) const;
  void add_cone(const Expression& expression, std::vector<std::string>& names) const;

  std::vector<const Lets*> lets_;
  std::string_view point_;
  const Metrics& metrics_;
};

}  // namespace loadstone
