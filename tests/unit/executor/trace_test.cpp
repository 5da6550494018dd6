// Traces: rows in, requests out.
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "sim/executor/trace_rows.hpp"
#include "tests/unit/executor/recorded_run.hpp"

namespace loadstone::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// A file that is there as long as the object.
class File {
 public:
  explicit File(std::string_view text) : path_(testing::TempDir() + std::to_string(getpid()) + "-trace_test.csv") {
    std::ofstream(path_) << text;
  }
  ~File() { std::remove(path_.c_str()); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string workload(const File& file, std::string_view keys = "exec: work", std::string_view attributes = "{}") {
  return "workload: w\nattributes: " + std::string(attributes) +
         "\nscenarios: {load: {executor: trace, trace: " + file.path() + ", " + std::string(keys) + "}}\n";
}

constexpr std::string_view kTwoFlows =
    "topology: t\npopulations: {tenant: {count: 8}, thread: {within: tenant, count: 10}}\n"
    "resources: {desk: {kind: station, servers: 9, service: $request.service}}\n"
    "flows: {work: {steps: [{visit: desk}]}, rest: {steps: [{delay: 1s}]}}\n";

std::string trace_errors(std::string_view csv) {
  Diagnostics diagnostics;
  EXPECT_FALSE(parse_trace({"t.csv", "t.csv", std::make_shared<const std::string>(csv)}, diagnostics));
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    text += to_string(diagnostic);
  }
  return text;
}

TEST(TraceExecutor, StartsARequestPerRow) {
  const File file("time_s,flow,tenant,service_ms\n0,work,3,100\n0.5,rest,,\n\n0.5,,4,250\n2,work,,1\n");
  const auto run = record(model(kTwoFlows, workload(file, "exec: work", "{tenant: integer(7; 7)}")));
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 500, 500, 2000));
  EXPECT_EQ(run.starts[1].flow, "rest");
  EXPECT_EQ(run.starts[2].flow, "work");                       // exec
  EXPECT_THAT(run.values("tenant"), ElementsAre(3, 7, 4, 7));  // an empty cell: as the workload says
  EXPECT_THAT(run.values("service"), ElementsAre(1e8, 0, 2.5e8, 1e6));
  EXPECT_EQ(run.starts[0].number, 2u);  // the line, the header being 1
  EXPECT_EQ(run.starts[3].number, 6u);
  EXPECT_EQ(run.flow("work").sample.completed, 3u);  // the last row is measured
  EXPECT_EQ(run.flow("work").latency.max(), 250'000'000);
  const Key scenario = combine(combine(combine(mix(0), 1), 0), hash_text("scenario load"));
  EXPECT_EQ(run.starts[3].key, combine(scenario, 6));
}

TEST(TraceExecutor, WhatLiesWithinAGivenMemberIsDrawnThere) {
  const File file("time_s,tenant\n0,3\n1,5\n");
  const auto run = record(
      model(reading({"thread"}, std::string(kTwoFlows)), workload(file, "exec: rest", "{service: uniform(1ms; 2ms)}")));
  EXPECT_EQ(std::floor(run.values("thread")[0] / 10), 3);
  EXPECT_EQ(std::floor(run.values("thread")[1] / 10), 5);
}

TEST(TraceExecutor, LoadDoesNotApply) {
  const File file("time_ms\n0\n10\n20\n");
  RunSettings settings;
  settings.load = 3;
  const auto run = record(model(desk("1ms"), workload(file)), settings);
  EXPECT_THAT(run.times_ms(), ElementsAre(0, 10, 20));
}

TEST(TraceExecutor, EndsWithItsLastRowOrItsDurationAndStartsAtStartTime) {
  const File file("time\n0s\n1500ms\n1m\n");
  EXPECT_EQ(model(desk("1ms"), workload(file)).model.end.ns, 60'000'000'001);
  const auto run = record(model(desk("1ms"), workload(file, "exec: work, startTime: 1s, duration: 10s")));
  EXPECT_THAT(run.times_ms(), ElementsAre(1000, 2500));
  EXPECT_EQ(run.loaded.model.end.ns, 11'000'000'000);
}

TEST(TraceExecutor, RowsOfOneInstantKeepTheirOrder) {
  const File file("time_s,n\n1,1\n1,2\n1,3\n");
  EXPECT_THAT(record(model(desk("1s"), workload(file))).values("n"), ElementsAre(1, 2, 3));
}

TEST(TraceExecutor, TextCellsCanBeComparedInConditions) {
  const File file("time_s,plan\n0,free\n1,\"paid\"\n2,free\n");
  const std::string topology =
      "topology: t\nflows: {work: {steps: [{delay: 1s, when: \"plan == 'paid'\"}, {delay: 1ms}]}}\n";
  const auto run = record(model(topology, workload(file)));
  EXPECT_EQ(run.flow("work").latency.max(), 1'001'000'000);
  EXPECT_EQ(run.flow("work").latency.min(), 1'000'000);
}

TEST(TraceExecutor, GracefulStopCutsWhoIsLeft) {
  const File file("time_s\n0\n1\n");
  const auto run = record(model(desk("3s", 2), workload(file, "exec: work, gracefulStop: 2500ms")));
  EXPECT_EQ(run.flow("work").sample.completed, 1u);
  EXPECT_EQ(run.errors("work", "interrupted"), 1u);
}

// --- errors -------------------------------------------------------------------------------------------------------

TEST(TraceErrors, NameTheLine) {
  EXPECT_THAT(trace_errors(""), HasSubstr("t.csv: error: the trace is empty"));
  EXPECT_THAT(trace_errors("time_s\n"), HasSubstr("t.csv: error: the trace has no rows"));
  EXPECT_THAT(trace_errors("tenant,flow\n1,2\n"), HasSubstr("t.csv:1:1: error: there is no column 'time'"));
  EXPECT_THAT(trace_errors("time_s,a,a\n1,2,3\n"), HasSubstr("t.csv:1:10: error: column 'a' is there twice"));
  EXPECT_THAT(trace_errors("time_s,,a\n1,2,3\n"), HasSubstr("t.csv:1:8: error: a column without a name"));
  EXPECT_THAT(trace_errors("time_MB\n1\n"), HasSubstr("t.csv:1:1: error: 'MB' is no unit of time"));
  EXPECT_THAT(trace_errors("time_s,a\n1,2\n3\n"), HasSubstr("t.csv:3:1: error: 1 cell, but the header has 2 columns"));
  EXPECT_THAT(trace_errors("time_s,a\n5,1\n4,1\n"),
              AllOf(HasSubstr("t.csv:3:1: error: time 4s is before that of line 2, 5s"), HasSubstr("order of time")));
  EXPECT_THAT(trace_errors("time,a\n5,1\n"),
              AllOf(HasSubstr("t.csv:2:1: error: time: '5'"), HasSubstr("or in the header (time_s)")));
  EXPECT_THAT(trace_errors("time_s,a\n,1\n"), HasSubstr("t.csv:2:1: error: the time is missing"));
  EXPECT_THAT(trace_errors("time_s,a\nx,1\n"), HasSubstr("t.csv:2:1: error: time: 'x'"));
  EXPECT_THAT(trace_errors("time_s, a\n1, 5ms\n2, 6\n"),
              HasSubstr("t.csv:3:4: error: column 'a': '6' is not a duration, as line 2 has"));
  EXPECT_THAT(trace_errors("time_s,a_ms\n1,5s\n"),
              HasSubstr("t.csv:2:3: error: column 'a': '5s' is not a number of ms"));
}

TEST(TraceErrors, AllAreFound) {
  EXPECT_THAT(trace_errors("time_s,a_ms\nx,1\n1,y\n0,3\n"),
              AllOf(HasSubstr("t.csv:2:1"), HasSubstr("t.csv:3:3"), HasSubstr("t.csv:4:1")));
}

TEST(TraceErrors, OfTheModel) {
  const File flows("time_s,flow\n0,work\n1,wrok\n");
  EXPECT_THAT(errors_of(desk("1s"), workload(flows, "startTime: 0s")),
              AllOf(HasSubstr("trace_test.csv:3:3: error: the topology has no flow 'wrok'"),
                    HasSubstr("did you mean 'work'?")));
  const File none("time_s,flow\n0,work\n1,\n");
  EXPECT_THAT(errors_of(desk("1s"), workload(none, "startTime: 0s")),
              HasSubstr("trace_test.csv:3:1: error: no flow is given, and scenario 'load' has no 'exec'"));
  const File text("time_s,tenant\n0,acme\n");
  EXPECT_THAT(errors_of(kTwoFlows, workload(text)),
              HasSubstr("trace_test.csv:1:8: error: column 'tenant' has text, but attribute 'tenant' is a number"));
}

TEST(TraceErrors, OfTheFile) {
  EXPECT_THAT(
      errors_of(desk("1s"), "workload: w\nscenarios: {load: {executor: trace, exec: work, trace: nowhere.csv}}\n"),
      HasSubstr("workload.yaml:2:56: error: cannot read 'nowhere.csv': no such file"));
}

}  // namespace
}  // namespace loadstone::test
