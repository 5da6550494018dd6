// tests/unit/resource/planned_arrivals.hpp
//
// Workloads in which every arrival has its instant, for tests with exact answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/model_from_text.hpp"

namespace loadstone::test {

struct Arrivals {
  std::string flow = "go";
  std::string at = "0s";  // the first
  int count = 1;
  std::string attributes = {};  // "tenant: integer(3; 3)"
  std::string every = {};       // absent: all at the first instant, in the order of the list
};

// A workload of these arrivals, measured without warm-up for `duration`.
inline std::string arrivals_at(const std::vector<Arrivals>& list, std::string_view duration = "1000s") {
  std::string text = "workload: planned\nwarmup: 0s\nduration: " + std::string(duration) + "\nscenarios:\n";
  int number = 0;
  const auto add = [&](const Arrivals& a, const std::string& rate, const std::string& last) {
    text += "  s" + std::to_string(number++) + ": {executor: constant-arrival-rate, arrival: even, exec: " + a.flow +
            ", startTime: " + a.at + ", rate: " + rate + ", duration: " + last +
            (a.attributes.empty() ? "" : ", attributes: {" + a.attributes + "}") + "}\n";
  };
  for (const Arrivals& a : list) {
    if (a.every.empty()) {
      for (int i = 0; i < a.count; ++i) {
        add(a, "1/s", "1ms");
      }
    } else {
      add(a, "= 1 / " + a.every, "= " + std::to_string(a.count) + " * " + a.every + " - 1ns");
    }
  }
  return text;
}

// The integral of the units in use over the whole run, in unit-seconds.
inline double in_use_area_s(const Observations& o, const Model& model, std::string_view resource) {
  return to_double(o.resources[row_of(model, resource)].at_end.in_use_area) * 1e-9;
}

}  // namespace loadstone::test
