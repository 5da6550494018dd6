#include "src/cli/check_support.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "src/cli/run_support.hpp"
#include "src/load/experiment_file.hpp"
#include "src/report/bound_json.hpp"
#include "src/report/json.hpp"
#include "src/report/saturate_json.hpp"

namespace loadstone::cli {

namespace {

// The values of the parameters, as conditions see them.
std::map<std::string, Value, std::less<>> values_of(const load::Loaded& loaded) {
  std::map<std::string, Value, std::less<>> values;
  for (const auto& [name, parameter] : loaded.parameters) {
    values.emplace(name, parameter.quantity ? Value::number(*parameter.quantity) : Value::of_text(parameter.text));
  }
  return values;
}

template <class List>
std::vector<std::string> names_in(const List& list) {
  std::vector<std::string> names;
  for (const auto& item : list) {
    if constexpr (requires { item->name; }) {
      names.push_back(item->name);
    } else {
      names.push_back(item.name);
    }
  }
  return names;
}

const Assumption* number_of(const load::Loaded& loaded, const std::string& parameter) {
  const auto at = std::find_if(loaded.assumptions.begin(), loaded.assumptions.end(),
                               [&](const Assumption& a) { return a.path == "params." + parameter; });
  return at == loaded.assumptions.end() ? nullptr : &*at;
}

}  // namespace

ClaimsFile::ClaimsFile(const std::string& path, const Options& options, Diagnostics& diagnostics)
    : path_(path), options_(options) {
  auto experiment = load::read_experiment_at(path, diagnostics, {"loadstone check EXPERIMENT..."});
  if (!experiment) {
    return;
  }
  experiment_ = std::move(*experiment);
  if (experiment_.claims.empty()) {
    diagnostics.error(experiment_.place, "nothing is claimed: the key 'expect' is missing or empty");
    return;
  }
  for (const ExperimentPoint& point : experiment_.points) {
    read_point(point, diagnostics);
  }
  if (!diagnostics.ok()) {
    return;
  }
  for (const ClaimSpec& claim : experiment_.claims) {
    const std::size_t errors = diagnostics.error_count();
    check_names(claim, experiment_.let, figures_, diagnostics);
    if (diagnostics.error_count() == errors && is_chosen(claim)) {
      for (const std::string& point : points_of(claim, experiment_.let, figures_)) {
        if (std::find(to_run_.begin(), to_run_.end(), point) == to_run_.end()) {
          to_run_.push_back(point);
        }
      }
      read_varied(claim, diagnostics);
    }
  }
}

bool ClaimsFile::is_chosen(const ClaimSpec& claim) const {
  return options_.only.empty() ||
         std::find(options_.only.begin(), options_.only.end(), claim.id) != options_.only.end();
}

Options ClaimsFile::options_for(const ExperimentPoint& point) const {
  Options own = options_;
  own.set = point.set;
  own.load = point.load;
  const MethodSpec& method = point.method ? *point.method : experiment_.method;
  own.method = method.method;
  if (method.method != Method::run) {
    own.axis = method.search.axis;
    own.from = method.search.from;
    own.to = method.search.to;
    own.depth = static_cast<std::size_t>(method.search.depth);
  }
  const auto& replications = point.replications ? point.replications : experiment_.replications;
  if (replications && !options_.given("--replications")) {
    own.replications = static_cast<std::size_t>(*replications);
  }
  if (experiment_.seed && !options_.given("--seed")) {
    own.seed = static_cast<std::uint64_t>(*experiment_.seed);
  }
  return own;
}

void ClaimsFile::read_point(const ExperimentPoint& point, Diagnostics& diagnostics) {
  const PlacedText& workload = point.workload ? *point.workload : *experiment_.workload;
  Options own = options_for(point);
  auto inputs = read_search(point.topology.text, workload.text, own, diagnostics);
  if (!inputs) {
    return;
  }
  const load::Loaded& loaded = inputs->loaded;
  const auto flows = names_in(loaded.model.flows);
  const auto resources = names_in(loaded.model.resources);
  figures_.declare(point.name,
                   {.empty_json = own.method == Method::run        ? report::empty_run_json(flows, resources)
                                  : own.method == Method::saturate ? report::empty_search_json(flows, own.depth)
                                                                   : report::empty_bound_json(resources),
                    .axis = axis_dimension(loaded, own),
                    .parameters = values_of(loaded),
                    .numbers = loaded.assumptions});
  jobs_.emplace(point.name, Job{point.name, &point, std::move(own), std::move(*inputs)});
}

// Both ends of each parameter that the claim varies, at each of its points that has it.
void ClaimsFile::read_varied(const ClaimSpec& claim, Diagnostics& diagnostics) {
  for (const std::string& parameter : claim.vary) {
    bool found = false;
    for (const std::string& point : points_of(claim, experiment_.let, figures_)) {
      const load::Loaded& loaded = jobs_.at(point).inputs.loaded;
      const auto value = loaded.parameters.find(parameter);
      const Assumption* number = number_of(loaded, parameter);
      if (value == loaded.parameters.end() || number == nullptr) {
        continue;
      }
      found = true;
      const auto parsed = parse_range(number->range);
      const Range* range = std::get_if<Range>(&parsed);
      if (!value->second.quantity || range == nullptr || !range->fits(value->second.quantity->dim)) {
        diagnostics.error(claim.place, "claim '" + claim.id + "': '" + parameter + "' at point '" + point +
                                           "' has no range of numbers to vary it in");
        continue;
      }
      const Quantity& now = *value->second.quantity;
      for (const double end : {range->low_of(now.value), range->high_of(now.value)}) {
        add_end(claim, point, parameter, format_quantity(end, now.dim), diagnostics);
      }
    }
    if (!found) {
      diagnostics.error(claim.place,
                        "claim '" + claim.id + "': none of its points has a parameter '" + parameter + "' to vary");
    }
  }
}

void ClaimsFile::add_end(const ClaimSpec& claim, const std::string& point, const std::string& parameter,
                         const std::string& value, Diagnostics& diagnostics) {
  const std::string name = point + "[" + parameter + "=" + value + "]";
  varied_[claim.id].push_back({point, name, parameter + " = " + value});
  if (jobs_.contains(name)) {
    return;
  }
  const Job& base = jobs_.at(point);
  Options own = base.options;
  own.set[parameter] = value;
  if (auto inputs = check_search(base.inputs.inputs, own, diagnostics)) {
    jobs_.emplace(name, Job{name, base.point, std::move(own), std::move(*inputs)});
    to_run_.push_back(name);
  }
}

void ClaimsFile::run(std::size_t number, exec::ThreadExecutor& executor) {
  const Job& job = jobs_.at(to_run_[number]);
  const Dimension axis = axis_dimension(job.inputs.loaded, job.options);
  std::string json;
  switch (*job.options.method) {
    case Method::run:
      json = report::to_json(run_loaded(job.inputs.loaded, job.inputs.thresholds, job.options, executor));
      break;
    case Method::saturate:
      json = report::to_json(search(job.inputs, job.options, executor));
      break;
    case Method::bound:
      json = report::to_json(search_bound(job.inputs, job.options));
      break;
  }
  if (!executor.interrupted()) {
    figures_.set_result(job.name, json, axis);
  }
}

void ClaimsFile::judge_into(report::CheckReport& report) const {
  for (const ClaimSpec& claim : experiment_.claims) {
    if (!is_chosen(claim)) {
      continue;
    }
    const auto varied = varied_.find(claim.id);
    const auto ends = varied == varied_.end() ? std::vector<Varied>{} : varied->second;
    const auto points = points_of(claim, experiment_.let, figures_);
    const bool ran =
        std::all_of(points.begin(), points.end(), [&](const auto& p) { return figures_.has_result(p); }) &&
        std::all_of(ends.begin(), ends.end(), [&](const Varied& v) { return figures_.has_result(v.instead); });
    if (!ran) {
      ++report.left_out;
      continue;
    }
    report.claims.push_back({&claim, path_, judge(claim, experiment_.let, figures_, ends), reproduce(claim)});
  }
}

// The command that shows the figures of a point.
std::string ClaimsFile::command_of(const Job& job) const {
  static constexpr const char* kCommands[] = {"run", "saturate", "check"};
  std::string text = fmt::format("loadstone {} {} {}", kCommands[static_cast<std::size_t>(*job.options.method)],
                                 job.point->topology.text,
                                 job.point->workload ? job.point->workload->text : experiment_.workload->text);
  for (const auto& [name, value] : job.options.set) {
    text += fmt::format(" --set '{}={}'", name, value);
  }
  if (job.options.load != 1) {
    text += fmt::format(" --load {}", job.options.load);
  }
  if (job.options.method == Method::saturate) {
    text += fmt::format(" --axis {}", job.options.axis);
    if (job.options.from) {
      text += fmt::format(" --from {}", *job.options.from);
    }
    if (job.options.to) {
      text += fmt::format(" --to {}", *job.options.to);
    }
    text += fmt::format(" --depth {}", job.options.depth);
  }
  return text + job.options.engine_flags() +
         fmt::format(" --replications {} --seed {}", job.options.replications, job.options.seed);
}

std::string ClaimsFile::reproduce(const ClaimSpec& claim) const {
  const auto points = points_of(claim, experiment_.let, figures_);
  if (points.size() == 1 && claim.vary.empty() && jobs_.at(points[0]).options.method != Method::bound) {
    return command_of(jobs_.at(points[0]));
  }
  return "loadstone check " + path_ + " --only " + claim.id + options_.engine_flags();
}

}  // namespace loadstone::cli
