#include "src/report/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "src/report/text.hpp"

namespace loadstone::report {

namespace {

std::string thresholds(const RunResult& result) {
  if (result.thresholds.empty()) {
    return "";
  }
  std::vector<std::vector<std::string>> rows;
  for (const ThresholdResult& t : result.thresholds) {
    rows.push_back({std::string(t.ok ? "✓ " : "✗ ") + t.metric, t.expression, plus_minus(t.actual)});
  }
  return "\nTHRESHOLDS\n" + table(rows);
}

std::string resources(const RunResult& result) {
  std::vector<const ResourceSummary*> order;
  for (const ResourceSummary& r : result.summary.resources) {
    if (r.arrivals > 0 || r.in_use.value > 0) {
      order.push_back(&r);
    }
  }
  // Pressure: how much of the time somebody waits or is turned away, then how busy it is.
  const auto pressure = [](const ResourceSummary* r) {
    return std::pair(
        std::max(
            r->blocked_share.value,
            r->arrivals == 0 ? 0.0 : static_cast<double>(r->refused + r->timed_out) / static_cast<double>(r->arrivals)),
        r->utilization.value);
  };
  std::stable_sort(order.begin(), order.end(), [&](auto* a, auto* b) { return pressure(a) > pressure(b); });
  std::vector<std::vector<std::string>> rows{
      {"resource", "busy", "of", "in line", "waited", "wait p95", "hold mean", "refused", "gave up"}};
  for (const ResourceSummary* r : order) {
    const bool many = r->members > 1;
    rows.push_back({r->name + (many ? fmt::format(" x{}", r->members) : ""),
                    std::isinf(r->capacity) ? "-" : percent(r->utilization.value), short_number(r->capacity),
                    short_number(r->queue_length.value), percent(r->waited_share.value), quantile_text(r->wait, 0.95),
                    short_ms(r->hold.mean_ms.value), short_number(static_cast<double>(r->refused)),
                    short_number(static_cast<double>(r->timed_out))});
  }
  return "\nRESOURCES, most pressed first\n" + table(rows);
}

std::string sayings(const RunResult& result) {
  std::string text;
  for (const ResourceSummary& r : result.summary.resources) {
    for (const std::string& say : r.says) {
      text += fmt::format("  {}: {}\n", r.name, say);
    }
  }
  return text.empty() ? "" : "\nWHAT THEY SAY to those whom they turn away\n" + text;
}

std::string flows(const RunResult& result) {
  std::vector<std::vector<std::string>> rows{
      {"flow", "per second", "mean", "p50", "p95", "p99", "max", "failed", "inside"}};
  for (const FlowSummary& f : result.summary.flows) {
    if (f.sample.offered == 0) {
      continue;
    }
    const double inside = static_cast<double>(f.in_flight) / static_cast<double>(f.sample.offered);
    rows.push_back({f.name, plus_minus(f.throughput_per_s), short_ms(f.latency.mean_ms.value),
                    quantile_text(f.latency, 0.5), quantile_text(f.latency, 0.95), quantile_text(f.latency, 0.99),
                    short_ms(f.latency.max_ms), percent(f.failed_share.value), inside > 0.001 ? percent(inside) : ""});
    for (const auto& [error, count] : f.errors) {
      rows.push_back({"  " + error, short_number(static_cast<double>(count))});
    }
  }
  return "\nFLOWS\n" + table(rows);
}

std::string windows(const RunResult& result) {
  std::vector<std::vector<std::string>> rows{{"window", "flow", "came", "per second", "mean", "p95", "max", "failed"}};
  for (const WindowSummary& w : result.summary.windows) {
    for (const WindowFlowSummary& f : w.flows) {
      rows.push_back({w.name, f.name, short_number(static_cast<double>(f.counts.offered)),
                      w.during.empty() ? plus_minus(f.throughput_per_s) : "", short_ms(f.latency.mean_ms.value),
                      quantile_text(f.latency, 0.95), short_ms(f.latency.max_ms), percent(f.failed_share.value)});
    }
  }
  return result.summary.windows.empty() ? "" : "\nWINDOWS\n" + table(rows);
}

std::string faults(const RunResult& result) {
  std::vector<std::vector<std::string>> rows{{"fault", "is", "at", "for", "flow", "back after"}};
  for (const FaultSummary& f : result.summary.faults) {
    const std::string lasts = std::isfinite(f.for_s) ? short_ms(f.for_s * 1e3) : "";
    rows.push_back({f.target, f.is, short_ms(f.at_s * 1e3), lasts});
    for (const RecoverySummary& r : f.recovery) {
      const std::string seconds = r.recovered > 0 ? plus_minus(r.seconds) + " s" : "never";
      const bool some = r.recovered > 0 && r.recovered < r.looked_at;
      rows.push_back({"", "", "", "", r.flow,
                      some ? fmt::format("{}, {} of {} times", seconds, r.recovered, r.looked_at) : seconds});
    }
  }
  return result.summary.faults.empty() ? "" : "\nFAULTS\n" + table(rows);
}

}  // namespace

std::string to_console(const RunResult& result) {
  const RunSummary& s = result.summary;
  std::string text = result.verdict + "\n";
  text += fmt::format("  {} under {}, load {}, {} replications of {} (warm-up {}{}), seed {}\n",
                      result.identity.topology, result.identity.workload, short_number(result.identity.load),
                      s.replications, short_ms(s.simulated_s * 1e3), short_ms(s.warmup_s * 1e3),
                      result.warmup.by == Warmup::By::detection ? ", detected" : "", result.identity.seed);
  text += thresholds(result) + resources(result) + flows(result) + windows(result) + faults(result) + sayings(result);
  if (!s.marks.empty()) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& [name, count] : s.marks) {
      rows.push_back({name, short_number(static_cast<double>(count))});
    }
    text += "\nMARKS\n" + table(rows);
  }
  if (!result.warnings.empty()) {
    text += "\nWARNINGS\n";
    for (const std::string& warning : result.warnings) {
      text += "  " + warning + "\n";
    }
  }
  return text;
}

}  // namespace loadstone::report
