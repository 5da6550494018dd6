#include "src/report/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "src/report/json_parts.hpp"
#include "src/report/text.hpp"

namespace loadstone::report {

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string number_or_any(double value) {
  return std::isfinite(value) ? short_number(value) : "any number";
}

std::string connections(const Explanation& explanation) {
  std::string text;
  for (const ServerConnections& server : explanation.connections) {
    std::string sum;
    for (const PoolShare& pool : server.pools) {
      sum += fmt::format("{}{} {}{}", sum.empty() ? "" : " + ", pool.pool, number_or_any(pool.connections),
                         pool.copies > 1 ? " x " + short_number(pool.copies) : "");
    }
    text +=
        fmt::format("  {} admits {}; pools may open {}: {}{}\n", server.server, short_number(server.admitted),
                    number_or_any(server.sum()), sum, server.sum() > server.admitted ? "  <- more than it admits" : "");
  }
  return text.empty() ? "" : "\nCONNECTIONS\n" + text;
}

std::string bounds(const Explanation& explanation) {
  if (explanation.bounds.empty()) {
    return "";
  }
  Rows rows{{"resource", "capacity", "busy per request", "full at load"}};
  for (const BoundRow& row : explanation.bounds) {
    rows.push_back({row.resource, short_number(row.capacity), short_ms(row.demand_ms), short_number(row.at_load)});
  }
  return fmt::format("\nBOUNDS under {}: where each would be full if nothing ever waited\n",
                     explanation.identity.workload) +
         table(rows);
}

std::string assumptions(const Explanation& explanation) {
  std::size_t knobs = 0;
  std::size_t defaults = 0;
  std::string text;
  for (const Assumption& a : explanation.assumptions) {
    if (a.status == Status::defaulted) {
      ++defaults;
    } else if (is_guess(a)) {
      text += fmt::format("  {} = {}  ({}, range {}{}{})\n", a.path, a.value, to_string(a.status),
                          a.range.empty() ? "none" : a.range, a.source.empty() ? "" : "; ", a.source);
    } else {
      ++knobs;
    }
  }
  return "\nGUESSES: what the answer hangs on and nobody has measured\n" + (text.empty() ? "  none\n" : text) +
         fmt::format("  beside {} numbers that are documented or measured and {} defaults\n", knobs, defaults);
}

std::string commented(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    out += line.empty() ? "#\n" : "# " + line + "\n";
  }
  return out;
}

}  // namespace

std::string to_console(const Explanation& explanation) {
  const std::string& name =
      explanation.identity.topology.empty() ? explanation.identity.workload : explanation.identity.topology;
  return commented(fmt::format("{} as it takes effect: every default is written out, and this runs as the original "
                               "does.\n",
                               name) +
                   connections(explanation) + bounds(explanation) + assumptions(explanation)) +
         explanation.effective;
}

std::string to_json(const Explanation& explanation) {
  Json j = json_header("explain", explanation.identity);
  j["connections"] = Json::array();
  for (const ServerConnections& server : explanation.connections) {
    Json s;
    s["server"] = server.server;
    s["admitted"] = json_number(server.admitted);
    s["sum"] = json_number(server.sum());
    s["pools"] = Json::array();
    for (const PoolShare& pool : server.pools) {
      s["pools"].push_back(
          {{"pool", pool.pool}, {"connections", json_number(pool.connections)}, {"copies", json_number(pool.copies)}});
    }
    j["connections"].push_back(std::move(s));
  }
  j["bounds"] = Json::array();
  for (const BoundRow& row : explanation.bounds) {
    j["bounds"].push_back({{"resource", row.resource},
                           {"capacity", json_number(row.capacity)},
                           {"demand_ms", json_number(row.demand_ms)},
                           {"at_load", json_number(row.at_load)}});
  }
  j["assumptions"] = Json::array();
  for (const Assumption& a : explanation.assumptions) {
    Json one;
    one["path"] = a.path;
    one["value"] = a.value;
    one["status"] = to_string(a.status);
    one["range"] = text_or_null(a.range);
    one["source"] = text_or_null(a.source);
    one["about"] = text_or_null(a.about);
    j["assumptions"].push_back(std::move(one));
  }
  j["effective"] = explanation.effective;
  return j.dump(2) + "\n";
}

}  // namespace loadstone::report
