// A comparison of the five shipped systems, with the longest names that they have, fits a terminal of 100 columns.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "src/report/saturate_console.hpp"

namespace loadstone::report {
namespace {

Saturated saturated(const std::string& resource) {
  Saturated s;
  s.resource = resource;
  s.limited_by = "resource";
  s.at = {.value = 0.16665, .ci = Interval{0.16355, 0.16976}, .why = {}};
  s.throughput_per_s = {.value = 3.333, .ci = Interval{3.27, 3.395}, .why = {}};
  s.by_replication = {0.1664, 0.1669};
  s.sign = Sign::blocked;
  s.agreeing = 1;
  s.cause = {.resource = resource, .state = "served", .on = "vertical_droplet.cpu", .share = 0.99, .chain = {resource}};
  return s;
}

// Terminals count characters; UTF-8 continuation bytes take no column.
std::size_t columns(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

TEST(CompareConsole, FitsAHundredColumns) {
  std::vector<SaturateReport> reports;
  for (const char* name :
       {"ratiba-m13", "rithmxo-pgbouncer", "construction-1000", "sutazai-tier0", "ai-service-fixed"}) {
    SaturateReport report;
    report.identity.topology = name;
    report.identity.workload = "saas-mix";
    report.result.order = {saturated("vertical.loop"), saturated("vertical_droplet.cpu"), saturated("backend.threads")};
    reports.push_back(std::move(report));
  }
  const std::vector<std::string> files{
      "topologies/ratiba.yaml",        "topologies/rithmxo-pgbouncer.yaml", "topologies/construction-1000.yaml",
      "topologies/sutazai-tier0.yaml", "topologies/ai-service-fixed.yaml",  "workloads/saas-mix.yaml"};
  std::istringstream lines(to_console(reports, files));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_LE(columns(line), 100U) << line;
  }
  EXPECT_GT(count, 20U);
}

}  // namespace
}  // namespace loadstone::report
