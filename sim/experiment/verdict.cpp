#include "sim/experiment/verdict.hpp"

#include <cmath>

#include "sim/analysis/cause.hpp"
#include "sim/expression/quantity.hpp"

namespace loadstone {

namespace {

std::string percent(double share) {
  return format_number(std::round(share * 1000) / 10) + "%";
}

std::string calm(const RunSummary& summary) {
  const ResourceSummary* busiest = nullptr;
  for (const ResourceSummary& r : summary.resources) {
    if (busiest == nullptr || r.utilization.value > busiest->utilization.value) {
      busiest = &r;
    }
  }
  std::string text = "NOTHING SATURATES";
  if (busiest != nullptr && busiest->utilization.value > 0) {
    text += "; the busiest is " + busiest->name + ", " + percent(busiest->utilization.value) + " of the time";
  }
  return text;
}

std::string saturated(const RunResult& result) {
  const Cause cause = find_cause(result.summary.resources, result.first);
  std::string text = "SATURATED: " + result.first;
  if (cause.resource != result.first) {
    text += ", because its holders wait for " + cause.resource;
  } else if (!cause.on.empty() && cause.on != result.first) {
    text += ", whose holders spend " + percent(cause.share) + " of the time in " + cause.on;
  }
  return text;
}

// What the component behind a row says to those whom it turned away.
std::vector<std::string> sayings(const Model& model, const ResourcePlan& plan, const ResourceSummary& r) {
  std::vector<std::string> texts;
  const auto add = [&](ErrorId error) {
    const auto by_resource = model.error_texts.find(model.errors[error]);
    if (by_resource == model.error_texts.end()) {
      return;
    }
    const auto text = by_resource->second.find(plan.name.substr(0, plan.name.find('.')));
    if (text != by_resource->second.end()) {
      texts.push_back(text->second);
    }
  };
  if (r.timed_out > 0) {
    add(plan.timed_out);
  }
  if (r.refused > 0) {
    add(plan.refused);
  }
  return texts;
}

void warn(RunResult& result) {
  if (!result.warmup.stationary) {
    result.warnings.push_back("not stationary: " + result.warmup.longest +
                              " had not settled after half of the run; a fifth was discarded. A longer run may settle; "
                              "an overload never does");
  }
  if (result.precision && !result.precision->is_reached()) {
    const Widest& widest = result.precision->widest;
    result.warnings.push_back(
        "a precision of " + format_number(result.precision->goal.relative * 100) + "% was not reached in " +
        std::to_string(result.summary.replications) + " replications: " +
        (widest.figure.empty()            ? "nothing completed"
         : std::isfinite(widest.relative) ? widest.figure + " is known to " + percent(widest.relative)
                                          : widest.figure + " has no interval"));
  }
  for (const FlowSummary& flow : result.summary.flows) {
    if (flow.sample.offered == 0) {
      continue;
    }
    const double inside = static_cast<double>(flow.in_flight) / static_cast<double>(flow.sample.offered);
    if (flow.sample.completed == 0) {
      result.warnings.push_back("flow '" + flow.name + "': no request completed; there is no latency to speak of");
    } else if (inside > 0.001) {
      result.warnings.push_back("flow '" + flow.name + "': " + percent(inside) +
                                " of its requests had not ended when the run was given up; they count in no latency");
    }
    if (flow.sample.dropped > 0) {
      result.warnings.push_back("flow '" + flow.name + "': " + std::to_string(flow.sample.dropped) +
                                " iterations were dropped for want of virtual users");
    }
  }
  for (const std::string& reason : result.summary.stopped) {
    result.warnings.push_back("a run ended early: " + reason);
  }
}

}  // namespace

void pronounce(const Model& model, const Verdict& verdict, RunResult& result) {
  for (RowId row = 0; row < model.resources.size(); ++row) {
    ResourceSummary& r = result.summary.resources[row];
    r.says = sayings(model, *model.resources[row], r);
  }
  result.saturated = verdict.saturated;
  result.stable = result.summary.stopped.empty();
  for (const RowVerdict& row : verdict.rows) {
    result.summary.resources[row.row].saturated = row.sign != Sign::none;
    result.summary.resources[row.row].full_at *= result.identity.load;  // from here on: the load itself
    result.stable = result.stable && row.sign != Sign::growth;
    if (row.settling) {
      result.warnings.push_back("'" + model.resources[row.row]->name +
                                "': too near to the edge for a run of this length; only a longer one tells whether it "
                                "saturates");
    }
  }
  if (verdict.first) {
    result.first = model.resources[*verdict.first]->name;
  }
  result.verdict = !result.summary.stopped.empty() ? "ENDED EARLY: " + result.summary.stopped.front()
                   : result.first.empty()          ? calm(result.summary)
                                                   : saturated(result);
  warn(result);
}

}  // namespace loadstone
