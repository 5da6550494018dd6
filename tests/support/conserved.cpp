#include "tests/support/conserved.hpp"

#include <sstream>

#include "sim/primitive/connection_store.hpp"
#include "sim/primitive/group_commit.hpp"
#include "sim/primitive/host_cpu.hpp"
#include "sim/primitive/sharing_station.hpp"

namespace loadstone::test {

namespace {

class Findings {
 public:
  void expect(bool holds, const std::string& what) {
    if (!holds) {
      text_ << what << "\n";
      broken_ = true;
    }
  }
  void expect_equal(Int128 a, Int128 b, const std::string& what) {
    expect(a == b, what + ": " + to_string(a) + " and " + to_string(b));
  }
  [[nodiscard]] testing::AssertionResult result() const {
    return (broken_ ? testing::AssertionFailure() : testing::AssertionSuccess()) << text_.str();
  }

 private:
  std::ostringstream text_;
  bool broken_ = false;
};

void check_flow(const std::string& name, const FlowStats& flow, const Observations& o, Findings& findings) {
  for (const FlowCounts* counts : {&flow.run, &flow.sample}) {
    const std::string of = "flow '" + name + (counts == &flow.run ? "', run" : "', sample");
    findings.expect_equal(counts->offered, counts->started + counts->dropped, of + ": offered, started + dropped");
    findings.expect(counts->started >= counts->completed + counts->failed, of + ": more ended than started");
  }
  findings.expect_equal(flow.latency.count(), flow.sample.completed, "flow '" + name + "': latencies, completed");
  findings.expect_equal(flow.failure.count(), flow.sample.failed, "flow '" + name + "': failure times, failed");
  std::uint64_t errors = 0;
  for (const std::uint64_t count : flow.errors) {
    errors += count;
  }
  findings.expect_equal(errors, flow.sample.failed, "flow '" + name + "': errors by name, failed");
  if (o.in_flight == 0) {
    findings.expect_equal(flow.run.started, flow.run.completed + flow.run.failed,
                          "flow '" + name + "': started, ended");
  }
}

void check_resource(const ResourcePlan& plan, const ResourceObservations& r, Findings& findings) {
  const std::string of = "resource '" + plan.name + "': ";
  const Totals& t = r.at_end;
  findings.expect(t.in_use >= 0 && t.waiting >= 0, of + "a level below zero");
  findings.expect_equal(t.arrivals, t.granted + t.refused + t.timed_out + static_cast<std::uint64_t>(t.waiting),
                        of + "arrivals, granted + refused + timed out + waiting");
  findings.expect(t.completed <= t.granted, of + "more completed than granted");
  findings.expect(t.waited <= t.granted, of + "more waited than granted");
  findings.expect(r.meter.wait_sum <= t.waiting_area, of + "ended waits exceed the line's integral");
  findings.expect(r.meter.hold_sum <= t.in_use_area, of + "ended holds exceed the integral of use");
  if (t.waiting == 0) {
    findings.expect_equal(t.waiting_area, r.meter.wait_sum, of + "integral of the line, sum of waits");
  }
  const bool is_held = !plan.refills && plan.in_bound;  // rather than a level that nobody holds
  if (t.in_use == 0 && is_held) {
    findings.expect_equal(t.in_use_area, r.meter.hold_sum, of + "integral of use, sum of holds");
  }
  if (plan.kind == "semaphore") {
    findings.expect_equal(r.meter.breakdown.total(), t.in_use_area, of + "breakdown's rows, integral of use");
  }
}

// Under processor sharing and on hosts a unit is a share: levels are not sums of holds.
bool is_shared(const ResourcePlan& plan) {
  return dynamic_cast<const SharingStationPlan*>(&plan) != nullptr ||
         dynamic_cast<const HostCpuPlan*>(&plan) != nullptr;
}

// What requests pass through without holding it: open connections (check-outs arrive and are granted, but for those
// whose own opening has not ended well; closings are completed), and flushes, which many share.
bool check_unheld(const ResourcePlan& plan, const ResourceObservations& r, Findings& findings) {
  const std::string of = "resource '" + plan.name + "': ";
  const Totals& t = r.at_end;
  if (dynamic_cast<const ConnectionStorePlan*>(&plan) != nullptr) {
    findings.expect(t.in_use >= 0, of + "fewer than none are open");
    findings.expect(t.arrivals >= t.granted + t.refused + t.timed_out + static_cast<std::uint64_t>(t.waiting),
                    of + "more got one, failed or wait than came");
    findings.expect(t.waited <= t.granted, of + "more waited than granted");
    findings.expect(t.waiting > 0 || t.waiting_area == r.meter.wait_sum, of + "integral of the line, sum of waits");
    return true;
  }
  if (dynamic_cast<const GroupCommitPlan*>(&plan) != nullptr) {
    findings.expect_equal(t.arrivals, t.granted + t.timed_out + static_cast<std::uint64_t>(t.waiting),
                          of + "commits, flushed + gave up + waiting");
    findings.expect(t.waiting > 0 || t.waiting_area == r.meter.wait_sum, of + "integral of the line, sum of waits");
    return true;
  }
  return false;
}

}  // namespace

testing::AssertionResult conserved(const Model& model, const Observations& o) {
  Findings findings;
  for (std::size_t i = 0; i < o.flows.size(); ++i) {
    check_flow(model.flows[i].name, o.flows[i], o, findings);
  }
  for (std::size_t i = 0; i < o.resources.size(); ++i) {
    if (!is_shared(*model.resources[i]) && !check_unheld(*model.resources[i], o.resources[i], findings)) {
      check_resource(*model.resources[i], o.resources[i], findings);
    }
  }
  return findings.result();
}

testing::AssertionResult conserved_and_ended(const Model& model, const Observations& o) {
  Findings findings;
  const testing::AssertionResult laws = conserved(model, o);
  findings.expect(laws, laws.message());
  findings.expect(o.stopped.empty(), "stopped: " + o.stopped);
  findings.expect_equal(o.sampled_in_flight, 0, "sampled requests that never ended, none");
  return findings.result();
}

}  // namespace loadstone::test
