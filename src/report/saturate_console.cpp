#include "src/report/saturate_console.hpp"

#include <fmt/format.h>

#include <cmath>

#include "src/report/text.hpp"

namespace loadstone::report {

namespace {

std::string sign_in_words(Sign sign) {
  switch (sign) {
    case Sign::growth:
      return "its line grows without bound";
    case Sign::blocked:
      return "it is full and somebody waits, over 95% of the time";
    case Sign::refused:
      return "it turns away over 1% of what comes";
    case Sign::flat:
      return "10% more users bring less than 2% more throughput";
    case Sign::undrained:
      return "at the end, more is left than can be served in time, and its line is the longest";
    case Sign::none:
      break;
  }
  return "";
}

std::string cause_in_words(const Saturated& s) {
  if (s.resource.empty()) {
    return "";
  }
  const Cause& c = s.cause;
  const std::string holders = c.resource == s.resource ? "its holders spend" : "holders of " + c.resource + " spend";
  if (c.state == "cycle") {
    return "its holders wait for each other";
  }
  std::string text;
  if (c.resource != s.resource) {
    text = "its holders wait for " + c.resource + "; ";
  }
  if (c.state == "own") {
    return text + fmt::format("{} {} of the time on work of their own", holders, percent(c.share));
  }
  if (c.on == c.resource) {
    return text +
           (c.resource == s.resource ? "there is more work than it can do" : c.resource + " has more than it can do");
  }
  return text + fmt::format("{} {} of the time in {}", holders, percent(c.share), c.on);
}

// Of a profile, the minute in which it was seen first.
std::string window_in_words(const Saturated& s) {
  return s.window_s
             ? fmt::format(", first from {} to {}", short_ms(s.window_s->lo * 1e3), short_ms(s.window_s->hi * 1e3))
             : "";
}

// What the bound does not see.
std::string gap_in_words(const Saturated& s) {
  constexpr double kGap = 0.05;
  const double gap = 1 - s.at.value / s.bound_at;
  return gap > kGap ? fmt::format("; the {} between is waiting, polling, refusals and timeouts", percent(gap)) : "";
}

// A value on the axis: a number, or in the unit that the parameter has.
std::string on_axis(const SaturateReport& report, const Estimate& at) {
  if (report.axis_dimension == kNumber) {
    return plus_minus(at);
  }
  const auto text = [&](double value) { return format_quantity(std::round(value), report.axis_dimension); };
  return at.ci ? text(at.ci->lo) + " .. " + text(at.ci->hi) : text(at.value);
}

std::string at_in_words(const SaturateReport& report, const Saturated& s) {
  return report.axis + " " + on_axis(report, s.at);
}

}  // namespace

std::string verdict_of(const SaturateReport& report) {
  const Saturated& s = report.result.order.front();
  if (s.limited_by == "none_up_to") {
    return fmt::format("NOTHING SATURATES up to {}", at_in_words(report, s));
  }
  if (s.limited_by == "threshold") {
    return fmt::format("A THRESHOLD FAILS FIRST: {} at {}", s.threshold, at_in_words(report, s));
  }
  return fmt::format("FIRST TO SATURATE: {} at {}", s.resource.empty() ? "requests in flight" : s.resource,
                     at_in_words(report, s));
}

std::string to_console(const SaturateReport& report) {
  const Saturated& first = report.result.order.front();
  std::string text = verdict_of(report) + "\n";
  text +=
      fmt::format("  {} under {}, seed {}\n", report.identity.topology, report.identity.workload, report.identity.seed);
  if (first.limited_by == "resource") {
    text += fmt::format("  that is: {} requests/s; first in {} of replications\n", plus_minus(first.throughput_per_s),
                        percent(first.agreeing));
    text += "  sign:    " + sign_in_words(first.sign) + window_in_words(first) + "\n";
    text += "  cause:   " + cause_in_words(first) + "\n";
  }
  if (std::isfinite(first.bound_at) && !first.bound_resource.empty()) {
    text += fmt::format("  bound:   {} by {}, if nothing ever waited{}\n", short_number(first.bound_at),
                        first.bound_resource, gap_in_words(first));
  }
  if (report.result.order.size() > 1) {
    text += "\nWHAT COMES NEXT, each after those before it are relieved\n";
    std::vector<std::vector<std::string>> rows{{"resource", report.axis, "requests/s", "why"}};
    for (const Saturated& s : report.result.order) {
      rows.push_back({s.limited_by == "resource"    ? s.resource
                      : s.limited_by == "threshold" ? s.threshold
                                                    : "nothing",
                      on_axis(report, s.at), short_number(s.throughput_per_s.value), to_string(s.sign)});
    }
    text += table(rows);
  }
  text += fmt::format("\nLATENCY at {} {} (half of it)\n", report.axis,
                      on_axis(report, {report.result.below_at, std::nullopt, ""}));
  std::vector<std::vector<std::string>> rows{{"flow", "per second", "mean", "p95", "failed"}};
  for (const FlowSummary& f : report.result.below.flows) {
    if (f.sample.offered > 0) {
      rows.push_back({f.name, short_number(f.throughput_per_s.value), short_ms(f.latency.mean_ms.value),
                      latency_p95(report.result.below, f.name), percent(f.failed_share.value)});
    }
  }
  text += table(rows);
  for (const std::string& warning : report.warnings) {
    text += "\nWARNING: " + warning + "\n";
  }
  return text;
}

std::string to_console(const std::vector<SaturateReport>& reports, const std::vector<std::string>& files) {
  std::string text = fmt::format("WHAT SATURATES FIRST, under the workload '{}' (load 1 = as written; seed {})\n\n",
                                 reports.front().identity.workload, reports.front().identity.seed);
  std::vector<std::vector<std::string>> rows{{"architecture", "breaks at load", "req/s", "first", "then", "then"}};
  for (const SaturateReport& r : reports) {
    const auto nth = [&](std::size_t i) -> std::string {
      if (i >= r.result.order.size()) {
        return "-";
      }
      const Saturated& s = r.result.order[i];
      return s.limited_by == "resource" ? s.resource : s.limited_by == "threshold" ? "a threshold" : "nothing";
    };
    const Saturated& first = r.result.order.front();
    rows.push_back({r.identity.topology, plus_minus(first.at), short_number(first.throughput_per_s.value), nth(0),
                    nth(1), nth(2)});
  }
  text += table(rows) + "\nWHY\n";
  for (const SaturateReport& r : reports) {
    const Saturated& first = r.result.order.front();
    if (first.limited_by == "resource") {
      text += fmt::format("  {}: {}: {};\n    {}.\n", r.identity.topology, first.resource, sign_in_words(first.sign),
                          cause_in_words(first));
    } else {
      text += fmt::format("  {}: {}\n", r.identity.topology, verdict_of(r));
    }
  }
  text += "\nWHO CARRIES MORE, request by request the same\n";
  for (const Difference& d : differences(reports)) {
    text += d.is_clear ? fmt::format("  {} carries {} more load than {}\n", d.more, plus_minus(d.at), d.less)
                       : fmt::format("  {} and {}: no difference that these runs can tell ({})\n", d.more, d.less,
                                     plus_minus(d.at));
  }
  text += "\nLATENCY p95 at half of each one's own capacity\n";
  std::vector<std::string> head{"architecture"};
  for (const FlowSummary& f : reports.front().result.below.flows) {
    if (f.sample.offered > 0) {
      head.push_back(f.name);
    }
  }
  std::vector<std::vector<std::string>> latency{head};
  for (const SaturateReport& r : reports) {
    std::vector<std::string> row{r.identity.topology};
    for (std::size_t i = 1; i < head.size(); ++i) {
      row.push_back(latency_p95(r.result.below, head[i]));
    }
    latency.push_back(std::move(row));
  }
  text += table(latency);
  text += "\nCOST\n";
  std::vector<std::vector<std::string>> cost{
      {"architecture", "fixed a month", "tokens per 1,000", "cores", "requests/s a core", "a dollar a month"}};
  for (const SaturateReport& r : reports) {
    const double per_s = r.result.order.front().throughput_per_s.value;
    const auto per = [&](double share) { return share > 0 ? short_number(per_s / share) : "-"; };
    cost.push_back({r.identity.topology, usd(r.cost.fixed_usd_month), usd(r.usd_per_1000), short_number(r.cores),
                    per(r.cores), per(r.cost.fixed_usd_month)});
  }
  text += table(cost);
  text += fmt::format("\nLook further:\n  loadstone saturate {} {}\n  loadstone run {} {} --load {}\n", files.front(),
                      files.back(), files.front(), files.back(),
                      short_number(reports.front().result.order.front().at.value));
  return text;
}

}  // namespace loadstone::report
