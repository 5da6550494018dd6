#include "src/cli/saturate_support.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/expression/quantity.hpp"
#include "src/cli/command_support.hpp"
#include "src/log/log.hpp"

namespace loadstone::cli {

namespace {

// The axis value as the parameter would be written: in the unit of its present value.
std::string axis_text(double value, const Parameter& parameter) {
  return format_quantity(value, parameter.quantity ? parameter.quantity->dim : kNumber);
}

const Parameter* axis_parameter(const load::Loaded& loaded, const Options& options, Diagnostics& diagnostics) {
  const auto at = loaded.parameters.find(options.axis);
  if (at != loaded.parameters.end() && at->second.quantity) {
    return &at->second;
  }
  std::vector<std::string_view> known{"load"};
  for (const auto& [name, parameter] : loaded.parameters) {
    if (parameter.quantity) {
      known.push_back(name);
    }
  }
  diagnostics.error({}, "--axis: '" + options.axis + "' is not a numeric parameter", choices(options.axis, known));
  return nullptr;
}

}  // namespace

std::optional<SearchInputs> read_search(const std::string& topology, const std::string& workload,
                                        const Options& options, Diagnostics& diagnostics) {
  auto inputs = load::read_inputs(topology, workload, diagnostics);
  if (inputs) {
    options.apply_engine(*inputs);
  }
  return inputs ? check_search(std::move(*inputs), options, diagnostics) : std::nullopt;
}

std::optional<SearchInputs> check_search(load::Inputs inputs, const Options& options, Diagnostics& diagnostics) {
  auto loaded = load::compile(inputs, options.set, diagnostics);
  if (!loaded) {
    return std::nullopt;
  }
  auto thresholds = parse_thresholds(loaded->workload, loaded->topology, diagnostics);
  const Parameter* parameter = options.axis == "load" ? nullptr : axis_parameter(*loaded, options, diagnostics);
  if (options.from && options.to && *options.from >= *options.to) {
    diagnostics.error({}, "--from must be below --to");
  }
  for (const std::optional<double>& end : {options.from, options.to}) {
    if (parameter != nullptr && end) {
      Overrides overrides = options.set;
      overrides[options.axis] = axis_text(*end, *parameter);
      static_cast<void>(load::compile(inputs, overrides, diagnostics));
    }
  }
  if (!diagnostics.ok()) {
    return std::nullopt;
  }
  return SearchInputs{std::move(inputs), std::move(*loaded), std::move(thresholds)};
}

namespace {

// The parameter that is raised; nullptr where that is the load.
const Parameter* raised(const load::Loaded& loaded, const Options& options) {
  return options.axis == "load" ? nullptr : &loaded.parameters.find(options.axis)->second;
}

bool is_whole(const Parameter& parameter) {
  return parameter.quantity->dim == kNumber && parameter.quantity->value == std::floor(parameter.quantity->value);
}

// The model at a value of the axis; nullptr where it does not compile: there a search ends.
ModelAt models(const SearchInputs& inputs, const Options& options) {
  return [&inputs, &options, parameter = raised(inputs.loaded, options)](double value) -> std::shared_ptr<Model> {
    Overrides overrides = options.set;
    if (parameter != nullptr) {
      overrides[options.axis] = axis_text(value, *parameter);
    }
    Diagnostics ignored;
    auto loaded = load::compile(inputs.inputs, overrides, ignored);
    return loaded ? std::make_shared<Model>(std::move(loaded->model)) : nullptr;
  };
}

}  // namespace

Identity identity_of(const SearchInputs& inputs, const Options& options) {
  return {.topology = inputs.loaded.topology.name,
          .workload = inputs.loaded.workload.name,
          .seed = options.seed,
          .load = options.load,
          .params = parameter_texts(inputs.loaded),
          .engine = options.engine};
}

Dimension axis_dimension(const load::Loaded& loaded, const Options& options) {
  const Parameter* parameter = raised(loaded, options);
  return parameter == nullptr ? kNumber : parameter->quantity->dim;
}

SaturateReport search(const SearchInputs& inputs, const Options& options, exec::ThreadExecutor& executor,
                      std::optional<double> completions) {
  SaturateRequest request;
  request.axis = options.axis;
  request.is_load = options.axis == "load";
  request.is_profile = options.profile;
  request.load = options.load;
  request.from = options.from;
  request.to = options.to;
  request.depth = options.depth;
  request.completions = completions.value_or(request.completions);
  request.replications = options.replications;
  request.seed = options.seed;
  request.engine = options.other_engine.get();
  request.thresholds = inputs.thresholds;
  if (const Parameter* parameter = raised(inputs.loaded, options)) {
    request.whole_numbers = is_whole(*parameter);
    request.from = request.from.value_or(parameter->quantity->value);
  }
  request.on_evaluation = [&](const EvaluationNote& note) {
    if (log::is_on()) {
      log::detail(fmt::format("{}: {} = {:.6g}: {} in {} replications of {:.6g} s, {}", inputs.loaded.topology.name,
                              options.axis, note.value, note.breaks ? "breaks" : "holds", note.replications,
                              note.simulated_s, note.first));
    }
  };
  SaturateReport report;
  report.identity = identity_of(inputs, options);
  for (const auto& source : inputs.loaded.model.sources) {
    if (source->is_schedule && !options.profile) {
      report.warnings.push_back("schedules are left out of the search, which holds every scenario at its peak: '" +
                                source->name + "'");
    }
  }
  report.axis = options.axis;
  report.axis_dimension = axis_dimension(inputs.loaded, options);
  report.result = saturate(models(inputs, options), request, executor);
  report.cost = fixed_cost(inputs.loaded.topology, inputs.loaded.model);
  report.cores = total_cores(inputs.loaded.topology);
  std::uint64_t completed = 0;
  for (const FlowSummary& flow : report.result.below.flows) {
    completed += flow.sample.completed;
  }
  if (completed > 0) {
    report.usd_per_1000 = report.result.below.llm_usd * static_cast<double>(report.result.below.replications) /
                          static_cast<double>(completed) * 1000;
    report.cost.llm_usd = report.result.below.llm_usd;
  }
  return report;
}

AxisBound search_bound(const SearchInputs& inputs, const Options& options) {
  AxisBoundRequest request;
  request.load = options.load;
  request.seed = options.seed;
  if (const Parameter* parameter = raised(inputs.loaded, options)) {
    request.is_load = false;
    request.whole_numbers = is_whole(*parameter);
    request.from = options.from.value_or(parameter->quantity->value);
    request.to = options.to.value_or(request.from * 1e3);
  }
  AxisBound bound = find_axis_bound(models(inputs, options), request);
  bound.identity = identity_of(inputs, options);
  bound.axis = options.axis;
  bound.axis_dimension = axis_dimension(inputs.loaded, options);
  return bound;
}

}  // namespace loadstone::cli
