#include "sim/analysis/threshold.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace loadstone {

namespace {

const std::vector<std::string_view>& metric_names() {
  static const std::vector<std::string_view> names{
      "dropped_iterations", "failed", "http_req_duration", "http_req_failed", "iteration_duration",
      "iterations",         "latency"};
  return names;
}

bool is_times(std::string_view metric) {
  return metric == "latency" || metric == "iteration_duration" || metric == "http_req_duration";
}
bool is_rate(std::string_view metric) {
  return metric == "failed" || metric == "http_req_failed";
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::string without_blanks(const std::string& text) {
  std::string result;
  std::copy_if(text.begin(), text.end(), std::back_inserter(result), [](char c) { return c != ' '; });
  return result;
}

// "p(95)" and the like. False if the metric has no such statistic.
bool parse_figure(std::string_view text, Threshold& out) {
  using Figure = Threshold::Figure;
  const bool times = is_times(out.spec.metric);
  if (times && text.size() > 3 && text.substr(0, 2) == "p(" && text.back() == ')') {
    const auto percent = number(text.substr(2, text.size() - 3));
    out.figure = Figure::quantile;
    out.quantile = percent.value_or(-1) / 100;
    return out.quantile >= 0 && out.quantile <= 1;
  }
  if (times && text == "med") {
    out.figure = Figure::quantile;
    out.quantile = 0.5;
    return true;
  }
  if (times && (text == "avg" || text == "min" || text == "max")) {
    out.figure = text == "avg" ? Figure::mean : text == "min" ? Figure::minimum : Figure::maximum;
    return text != "min";
  }
  if (text == "rate" && !times) {
    out.figure = Figure::rate;
    return true;
  }
  if (text == "count" && !is_rate(out.spec.metric)) {
    out.figure = Figure::count;
    return true;
  }
  return false;
}

bool parse_one(const ThresholdSpec& spec, Diagnostics& diagnostics, Threshold& out) {
  out.spec = spec;
  const auto fail = [&](const std::string& message, std::vector<std::string> notes) {
    diagnostics.error(spec.place, "threshold '" + spec.metric + ": " + spec.expression + "': " + message,
                      std::move(notes));
    return false;
  };
  if (std::find(metric_names().begin(), metric_names().end(), spec.metric) == metric_names().end()) {
    return fail("unknown metric '" + spec.metric + "'", choices(spec.metric, metric_names()));
  }
  const std::string text = without_blanks(spec.expression);
  const auto at = text.find_first_of("<>=!");
  if (at == std::string::npos) {
    return fail("no comparison", {"for example p(95)<200, rate<0.01, avg<=50"});
  }
  const auto end = text.find_first_not_of("<>=!", at);
  out.comparison = text.substr(at, end == std::string::npos ? std::string::npos : end - at);
  if (out.comparison == "===") {
    out.comparison = "==";  // k6 accepts both
  }
  static const std::vector<std::string_view> kComparisons{"<", "<=", ">", ">=", "==", "!="};
  const auto limit = end == std::string::npos ? std::nullopt : number(std::string_view(text).substr(end));
  if (std::find(kComparisons.begin(), kComparisons.end(), out.comparison) == kComparisons.end() || !limit) {
    return fail("expected a comparison with a number", {"for example p(95)<200 (milliseconds)"});
  }
  out.limit = *limit;
  if (!parse_figure(std::string_view(text).substr(0, at), out)) {
    return fail("unknown statistic '" + text.substr(0, at) + "'",
                {is_times(spec.metric)  ? "expected one of: avg, max, med, p(N)"
                 : is_rate(spec.metric) ? "expected: rate"
                                        : "expected one of: count, rate"});
  }
  return true;
}

bool compare(double a, const std::string& comparison, double b) {
  return comparison == "<"    ? a < b
         : comparison == "<=" ? a <= b
         : comparison == ">"  ? a > b
         : comparison == ">=" ? a >= b
         : comparison == "==" ? a == b
                              : a != b;
}

Estimate times_figure(const Threshold& threshold, const TimesSummary& times) {
  if (threshold.figure == Threshold::Figure::mean) {
    return times.mean_ms;
  }
  if (threshold.figure == Threshold::Figure::maximum) {
    return {times.max_ms, std::nullopt, "a maximum has no interval"};
  }
  const Estimate* quantile = times.quantile(threshold.quantile);
  return quantile != nullptr ? *quantile : Estimate{std::nan(""), std::nullopt, "not computed"};
}

Estimate figure_of(const Threshold& threshold, const FlowSummary& flow, double seconds) {
  if (is_times(threshold.spec.metric)) {
    return times_figure(threshold, flow.latency);
  }
  if (is_rate(threshold.spec.metric)) {
    return flow.failed_share;
  }
  const std::uint64_t count = threshold.spec.metric == "iterations" ? flow.sample.completed : flow.sample.dropped;
  const double value = static_cast<double>(count);
  return {threshold.figure == Threshold::Figure::rate ? value / seconds : value, std::nullopt, "a count"};
}

}  // namespace

std::vector<Threshold> parse_thresholds(const Workload& workload, const Topology& topology, Diagnostics& diagnostics) {
  std::vector<Threshold> thresholds;
  for (const ThresholdSpec& spec : workload.thresholds) {
    Threshold threshold;
    if (!parse_one(spec, diagnostics, threshold)) {
      continue;
    }
    if (spec.tag == "flow" && topology.find_flow(spec.tag_value) == nullptr) {
      std::vector<std::string_view> known;
      for (const FlowSpec& flow : topology.flows) {
        known.push_back(flow.name);
      }
      diagnostics.error(spec.place, "threshold: unknown flow '" + spec.tag_value + "'", choices(spec.tag_value, known));
      continue;
    }
    thresholds.push_back(threshold);
  }
  return thresholds;
}

std::vector<double> quantiles_of(const std::vector<Threshold>& thresholds) {
  std::vector<double> quantiles;
  for (const Threshold& threshold : thresholds) {
    if (threshold.figure == Threshold::Figure::quantile) {
      quantiles.push_back(threshold.quantile);
    }
  }
  return quantiles;
}

// A threshold without a tag must hold for every flow that requests entered by.
std::vector<ThresholdResult> judge(const std::vector<Threshold>& thresholds, const RunSummary& summary) {
  std::vector<ThresholdResult> results;
  for (const Threshold& threshold : thresholds) {
    for (const FlowSummary& flow : summary.flows) {
      const bool named = threshold.spec.tag == "flow" && flow.name == threshold.spec.tag_value;
      if (!named && (threshold.spec.tag == "flow" || flow.sample.offered == 0)) {
        continue;
      }
      ThresholdResult result;
      result.metric = threshold.spec.metric + "{flow:" + flow.name + "}";
      result.expression = threshold.spec.expression;
      result.actual = figure_of(threshold, flow, summary.simulated_s - summary.warmup_s);
      result.limit = threshold.limit;
      result.ok = compare(result.actual.value, threshold.comparison, threshold.limit);
      results.push_back(std::move(result));
    }
  }
  return results;
}

}  // namespace loadstone
