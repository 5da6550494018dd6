#include "src/report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace loadstone::report {

std::string short_number(double value) {
  if (!std::isfinite(value)) {
    return "-";
  }
  const double magnitude = std::fabs(value);
  if (magnitude >= 1e9) {
    return fmt::format("{:.3g}G", value / 1e9);
  }
  if (magnitude >= 1e6) {
    return fmt::format("{:.3g}M", value / 1e6);
  }
  if (magnitude >= 1e4) {
    return fmt::format("{:.3g}k", value / 1e3);
  }
  return magnitude >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

std::string short_ms(double ms) {
  if (!std::isfinite(ms)) {
    return "-";
  }
  if (ms == 0) {
    return "0";
  }
  constexpr double kRoundsUp = 0.9995;  // three digits of it are the next unit's 1
  if (ms < kRoundsUp) {
    return fmt::format("{:.3g}us", ms * 1e3);
  }
  if (ms < 1000 * kRoundsUp) {
    return fmt::format("{:.3g}ms", ms);
  }
  return ms < 120'000 ? fmt::format("{:.3g}s", ms / 1e3) : fmt::format("{:.3g}min", ms / 60e3);
}

std::string percent(double share) {
  if (!std::isfinite(share)) {
    return "-";
  }
  const double value = share * 100;
  return value == 0 || value >= 10 ? fmt::format("{:.0f}%", value) : fmt::format("{:.2g}%", value);
}

std::string plus_minus(const Estimate& estimate) {
  if (!estimate.ci) {
    return short_number(estimate.value);
  }
  const double half = estimate.ci->width() / 2;
  return fmt::format("{} ± {}", short_number(estimate.value),
                     half < 1000 ? fmt::format("{:.2g}", half) : short_number(half));
}

std::string quantile_text(const TimesSummary& times, double q) {
  const Estimate* estimate = times.quantile(q);
  return estimate == nullptr ? "-" : short_ms(estimate->value);
}

std::string latency_p95(const RunSummary& summary, const std::string& flow) {
  const auto at = std::find_if(summary.flows.begin(), summary.flows.end(),
                               [&](const FlowSummary& f) { return f.name == flow && f.sample.completed > 0; });
  return at == summary.flows.end() ? "-" : quantile_text(at->latency, 0.95);
}

std::string usd(double value) {
  if (!std::isfinite(value)) {
    return "-";
  }
  return value != 0 && std::fabs(value) < 10 ? fmt::format("${:.3g}", value) : fmt::format("${:.0f}", value);
}

namespace {

// Characters as a terminal shows them: UTF-8 continuation bytes take no column.
std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], columns(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - columns(row[i]), ' ');
      line += " " + (i == 0 ? row[i] + blanks : blanks + row[i]) + (i + 1 < row.size() ? " " : "");
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace loadstone::report
