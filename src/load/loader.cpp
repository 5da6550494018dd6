#include "src/load/loader.hpp"

#include <algorithm>

#include "sim/executor/registry.hpp"
#include "sim/executor/schedule.hpp"
#include "sim/model/model_builder.hpp"
#include "sim/primitive/link.hpp"
#include "sim/resource/registry.hpp"
#include "sim/step/registry.hpp"
#include "src/load/calendar.hpp"
#include "src/load/emit_yaml.hpp"
#include "src/load/overlay.hpp"
#include "src/load/side_file.hpp"

namespace loadstone::load {

const Kinds& all_kinds() {
  static const Kinds kinds{resource_kinds(), step_kinds(), executor_kinds()};
  return kinds;
}

std::optional<Inputs> read_inputs(const std::string& topology, const std::string& workload, Diagnostics& diagnostics) {
  auto t = read_overlaid(topology, diagnostics);
  auto w = read_overlaid(workload, diagnostics);
  if (!t || !w) {
    return std::nullopt;
  }
  return Inputs{.topology = std::move(t->root),
                .workload = std::move(w->root),
                .topology_path = topology,
                .workload_path = workload};
}

namespace {

void check_overrides(const Overrides& overrides, const Loaded& loaded, Diagnostics& diagnostics) {
  std::vector<std::string_view> known(loaded.topology.parameters.begin(), loaded.topology.parameters.end());
  known.insert(known.end(), loaded.workload.parameters.begin(), loaded.workload.parameters.end());
  for (const auto& [name, value] : overrides) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      diagnostics.error({}, "unknown parameter '" + name + "'", choices(name, known));
    }
  }
}

// Every link that something is transferred over must be between two of the hosts. Nobody knows how full it is there.
void put_on(const PlatformHosts& platform, const Topology& topology, Model& model, Diagnostics& diagnostics) {
  const std::vector<std::string_view> known(platform.names.begin(), platform.names.end());
  for (const auto& plan : model.resources) {
    auto* link = dynamic_cast<LinkPlan*>(plan.get());
    if (link == nullptr || !link->is_used) {
      continue;
    }
    link->judged = false;
    link->in_bound = false;
    const ResourceSpec& spec = *topology.find_resource(link->name);
    const auto error = [&](const Place& place, const std::string& what, std::vector<std::string> notes) {
      diagnostics.error(place, "resource '" + spec.name + "': " + what, std::move(notes));
    };
    if (!link->between) {
      error(spec.place, "it needs 'between' where there is a platform",
            {"the hosts of " + platform.path + " at its ends: between: [from, to]"});
      continue;
    }
    for (const std::string& host : {link->between->from, link->between->to}) {
      if (std::find(known.begin(), known.end(), host) == known.end()) {
        error(spec.place_of("between"), platform.path + " has no host '" + host + "'", choices(host, known));
      }
    }
  }
}

// Only a load that stays as it is has a beginning that can be told from the rest.
void check_detection(const Inputs& inputs, const Workload& workload, const Model& model, Diagnostics& diagnostics) {
  if (!workload.detects_warmup) {
    return;
  }
  const auto refuse = [&](const std::string& what) {
    diagnostics.error(inputs.workload.find("warmup")->place,
                      "'warmup: auto' needs a load that does not change: " + what, {"give a duration (warmup: 60s)"});
  };
  for (const auto& source : model.sources) {
    if (!source->constant || source->end < model.end) {
      refuse("'" + source->name + "' does");
    }
  }
  for (const ScenarioSpec& scenario : workload.scenarios) {
    if (scenario.start_time > Duration{}) {
      refuse("'" + scenario.name + "' begins later");
    }
  }
  if (!workload.faults.empty()) {
    refuse("there are faults");
  }
}

// The run must be longer than its warm-up; a scenario that begins after its end is worth a word.
void check_times(const Inputs& inputs, const Workload& workload, Duration end, Diagnostics& diagnostics) {
  if (workload.warmup && *workload.warmup >= end) {
    diagnostics.error(inputs.workload.find("warmup")->place, "'warmup' must be shorter than the run of " +
                                                                 format_duration(end.ns) + ", got " +
                                                                 format_duration(workload.warmup->ns));
  }
  for (const ScenarioSpec& scenario : workload.scenarios) {
    if (scenario.start_time >= end) {
      diagnostics.warning(scenario.place,
                          "scenario '" + scenario.name + "' never starts within the run of " + format_duration(end.ns));
    }
  }
}

}  // namespace

namespace {

// A reader of one program's files, and what it has noted at the end.
class Reading {
 public:
  explicit Reading(Diagnostics& diagnostics, const std::vector<FileText>& given = {})
      : reader(diagnostics, all_kinds()), given_(given) {
    reader.set_open_file([this](const std::string& path, const Place& place, Diagnostics& problems) {
      auto file = side_files_.size() < given_.size() ? std::optional(given_[side_files_.size()])
                                                     : open_side_file(path, place, problems);
      if (file) {
        side_files_.push_back(*file);
      }
      return file;
    });
  }
  void keep_notes(Loaded& loaded) const {
    loaded.parameters = reader.parameters();
    loaded.assumptions = reader.assumptions();
    loaded.side_files = side_files_;
  }

  Reader reader;

 private:
  std::vector<FileText> given_;
  std::vector<FileText> side_files_;
};

std::shared_ptr<const Recipe> recipe_of(const Inputs& inputs, const Overrides& overrides, const Loaded& loaded) {
  auto recipe = std::make_shared<Recipe>();
  recipe->topology = emit_yaml(inputs.topology);
  recipe->workload = emit_yaml(inputs.workload);
  recipe->topology_path = inputs.topology_path;
  recipe->workload_path = inputs.workload_path;
  recipe->set.insert(overrides.begin(), overrides.end());
  for (const FileText& file : loaded.side_files) {
    recipe->side_files.emplace_back(file.path, file.text);
  }
  return recipe;
}

// `finish` is called with the builder if the files compile. Nothing if there are errors.
template <class Finish>
std::optional<Loaded> build(Loaded loaded, const Reading& reading, Diagnostics& diagnostics, Finish finish) {
  if (!diagnostics.ok()) {
    return std::nullopt;
  }
  reading.keep_notes(loaded);
  ModelBuilder builder(loaded.topology, loaded.workload, loaded.parameters, all_kinds(), diagnostics);
  builder.compile();
  if (diagnostics.ok()) {
    finish(builder, loaded);
  }
  if (!diagnostics.ok()) {
    return std::nullopt;
  }
  loaded.model = builder.take();
  return loaded;
}

}  // namespace

std::optional<Loaded> compile(const Inputs& inputs, const Overrides& overrides, Diagnostics& diagnostics) {
  Loaded loaded;
  Reading reading(diagnostics, inputs.side_files);
  loaded.topology = read_topology(reading.reader, inputs.topology, overrides);
  loaded.workload = read_workload(reading.reader, inputs.workload, overrides);
  check_overrides(overrides, loaded, diagnostics);
  check_schedules(loaded.topology, loaded.workload, diagnostics);
  const Calendar calendar(loaded.topology, loaded.workload, diagnostics);
  auto built_model = build(std::move(loaded), reading, diagnostics, [&](ModelBuilder& builder, const Loaded& built) {
    check_times(inputs, built.workload, builder.model().end, diagnostics);
    add_schedules(builder,
                  [&](const ScheduleSpec& schedule, Duration until) { return calendar.firings(schedule, until); });
    check_detection(inputs, built.workload, builder.model(), diagnostics);
    if (inputs.platform != nullptr) {
      put_on(*inputs.platform, built.topology, builder.model(), diagnostics);
    }
  });
  if (built_model && inputs.for_another_process) {
    built_model->model.recipe = recipe_of(inputs, overrides, *built_model);
  }
  return built_model;
}

std::optional<Loaded> compile(const Recipe& recipe, Diagnostics& diagnostics) {
  auto topology = parse_document(recipe.topology, recipe.topology_path, diagnostics);
  auto workload = parse_document(recipe.workload, recipe.workload_path, diagnostics);
  if (!topology || !workload || !diagnostics.ok()) {
    return std::nullopt;
  }
  Inputs inputs{.topology = std::move(*topology).take_root(),
                .workload = std::move(*workload).take_root(),
                .topology_path = recipe.topology_path,
                .workload_path = recipe.workload_path};
  for (const auto& [path, text] : recipe.side_files) {
    inputs.side_files.push_back({path, intern_file_name(path), text});
  }
  return compile(inputs, {recipe.set.begin(), recipe.set.end()}, diagnostics);
}

std::optional<Loaded> compile_topology(const Node& topology, const Overrides& overrides, Diagnostics& diagnostics) {
  Loaded loaded;
  Reading reading(diagnostics);
  loaded.topology = read_topology(reading.reader, topology, overrides);
  check_overrides(overrides, loaded, diagnostics);
  check_schedules(loaded.topology, {}, diagnostics);
  check_calendar(loaded.topology, diagnostics);
  return build(std::move(loaded), reading, diagnostics, [](ModelBuilder&, const Loaded&) {});
}

std::optional<Loaded> read_workload_alone(const Node& workload, const Overrides& overrides, Diagnostics& diagnostics) {
  Loaded loaded;
  Reading reading(diagnostics);
  loaded.workload = read_workload(reading.reader, workload, overrides);
  check_overrides(overrides, loaded, diagnostics);
  reading.keep_notes(loaded);
  return diagnostics.ok() ? std::optional(std::move(loaded)) : std::nullopt;
}

std::optional<Experiment> read_experiment_file(const Node& experiment, Diagnostics& diagnostics) {
  Reader reader(diagnostics, all_kinds());
  Experiment read = read_experiment(reader, experiment);
  return diagnostics.ok() ? std::optional(std::move(read)) : std::nullopt;
}

FileKind kind_of(const Node& root) {
  return root.find("topology") != nullptr                                         ? FileKind::topology
         : root.find("workload") != nullptr && root.find("experiment") == nullptr ? FileKind::workload
         : root.find("experiment") != nullptr                                     ? FileKind::experiment
                                                                                  : FileKind::topology;
}

}  // namespace loadstone::load
