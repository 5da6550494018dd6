#include "sim/model/model_builder.hpp"

#include <algorithm>

#include "sim/base/check.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/model/lowerer.hpp"
#include "sim/primitive/host_cpu.hpp"

namespace loadstone {

ModelBuilder::ModelBuilder(const Topology& topology, const Workload& workload, const Parameters& parameters,
                           const Kinds& kinds, Diagnostics& diagnostics)
    : topology_(topology), workload_(workload), parameters_(parameters), kinds_(kinds), diagnostics_(diagnostics) {}

namespace {

// Where a flow would be entered that is only called, or published.
Progress op_not_started(Simulation& simulation, Request& request, const Op&) {
  LOADSTONE_CHECK(false, "flow '" + simulation.model().flows[request.flow].name + "' is started by nobody");
  return Progress::done;
}

}  // namespace

void ModelBuilder::compile() {
  model_.limits.max_in_flight = static_cast<std::uint64_t>(workload_.max_in_flight);
  declare_attributes();
  declare_faults();
  declare_hosts();
  build_resources();
  for (const FlowSpec& flow : topology_.flows) {
    model_.flows.push_back({flow.name, 0});
  }
  for (const FlowSpec& flow : topology_.flows) {
    const std::uint32_t op = static_cast<std::uint32_t>(model_.program.size());
    model_.program.push_back({});  // where requests enter: a jump to the flow
    model_.flows[static_cast<std::size_t>(&flow - topology_.flows.data())].entry = op;
    model_.program[op].execute = &op_not_started;
  }
  const auto link_entries = [&](auto wanted) {
    for (const FlowSpec& flow : topology_.flows) {
      const std::uint32_t op = model_.flows[static_cast<std::size_t>(&flow - topology_.flows.data())].entry;
      if (wanted(flow) && model_.program[op].execute == &op_not_started) {
        model_.program[op].execute = &op_jump;
        link_flow(op, {flow.name, flow.place}, nullptr);
        lower_pending();
      }
    }
  };
  const auto is_linked = [&](const FlowSpec& flow) {
    const auto at = entries_.lower_bound({flow.name, nullptr});
    return at != entries_.end() && at->first.first == flow.name;
  };
  // What nobody starts and nobody calls is compiled too, so that its errors are found: first what runs in a service.
  link_entries([&](const FlowSpec& flow) { return started_.count(flow.name) > 0; });
  link_entries([&](const FlowSpec& flow) { return flow.service && !is_linked(flow); });
  link_entries([&](const FlowSpec& flow) { return !is_linked(flow); });
  for (const auto& [op, target] : calls_) {
    model_.program[op].target = entries_[target];
  }
  check_call_cycles();
  check_foreign_releases();
  build_sources();
  finish_faults();
  declare_windows();
}

void ModelBuilder::lower_pending() {
  while (!pending_.empty()) {
    const auto [name, service] = pending_.back();
    pending_.pop_back();
    lower_flow(*topology_.find_flow(name), service);
  }
}

// --- attributes ---------------------------------------------------------------------------------------------------

void ModelBuilder::declare_attributes() {
  for (const PopulationSpec& population : topology_.populations) {
    attribute_types_[population.name] = Type(kNumber);
  }
  const auto declare = [&](const std::vector<AttributeSpec>& attributes) {
    for (const AttributeSpec& attribute : attributes) {
      attribute_types_.emplace(attribute.name, Type(kNumber));
    }
  };
  declare(workload_.attributes);
  for (const ScheduleSpec& schedule : topology_.schedules) {
    starts(schedule.flow.name);
  }
  for (const ScenarioSpec& scenario : workload_.scenarios) {
    for (const auto& [flow, weight] : scenario.exec) {
      starts(flow);
    }
    declare(scenario.attributes);
    if (scenario.kind->declare != nullptr) {
      scenario.kind->declare(scenario, *this);
    }
  }
}

std::uint16_t ModelBuilder::attribute(const std::string& name) {
  const auto [at, is_new] = attribute_slots_.emplace(name, static_cast<std::uint16_t>(attribute_defaults_.size()));
  if (is_new) {
    attribute_defaults_.push_back(0);
    model_.attributes.push_back(name);
  }
  return at->second;
}

std::uint16_t ModelBuilder::constant_attribute(std::string_view parameter) {
  const std::uint16_t slot = attribute("$" + std::string(parameter));
  const Parameter& value = parameters_.find(parameter)->second;
  attribute_defaults_[slot] = value.quantity ? value.quantity->value : intern(value.text);
  return slot;
}

double ModelBuilder::intern(std::string_view text) {
  return interned_.emplace(std::string(text), static_cast<double>(interned_.size())).first->second;
}

ErrorId ModelBuilder::error(const std::string& name, const std::string& text, const std::string& resource) {
  if (!text.empty()) {
    model_.error_texts[name][resource] = text;
  }
  const auto at = std::find(model_.errors.begin() + 1, model_.errors.end(), name);
  if (at != model_.errors.end()) {
    return static_cast<ErrorId>(at - model_.errors.begin());
  }
  model_.errors.push_back(name);
  return static_cast<ErrorId>(model_.errors.size() - 1);
}

std::uint32_t ModelBuilder::mark(const std::string& name) {
  const auto at = std::find(model_.marks.begin(), model_.marks.end(), name);
  if (at != model_.marks.end()) {
    return static_cast<std::uint32_t>(at - model_.marks.begin());
  }
  model_.marks.push_back(name);
  return static_cast<std::uint32_t>(model_.marks.size() - 1);
}

std::optional<std::uint16_t> ModelBuilder::known_attribute(const ResourceSpec& spec, std::string_view key,
                                                           const std::string& name) {
  if (attribute_types_.find(name) != attribute_types_.end()) {
    return attribute(name);
  }
  std::vector<std::string_view> known;
  for (const auto& [known_name, type] : attribute_types_) {
    known.push_back(known_name);
  }
  diagnostics_.error(
      spec.place_of(key),
      "resource '" + spec.name + "': '" + std::string(key) + "' names an unknown attribute '" + name + "'",
      choices(name, known));
  return std::nullopt;
}

std::vector<std::uint16_t> ModelBuilder::member_attributes(const ResourceSpec& spec) {
  std::vector<std::uint16_t> slots;
  for (const std::string& service : spec.in) {
    const auto* runner = resource_that_can<Runner>({service, spec.place_of("in")}, "run flows");
    if (runner != nullptr) {
      slots.push_back(attribute("process of " + const_cast<Runner*>(runner)->service().spec.name));
    }
  }
  for (const std::string& name : spec.per) {
    if (const auto slot = known_attribute(spec, "per", name)) {
      slots.push_back(*slot);
    }
  }
  return slots;
}

double ModelBuilder::member_count(const ResourceSpec& spec) {
  double count = 1;
  for (const std::string& service : spec.in) {
    const auto built = built_.find(service);
    const auto* runner = built == built_.end() ? nullptr : dynamic_cast<const Runner*>(built->second.get());
    count *= runner == nullptr ? 1 : runner->processes();
  }
  for (std::string name : spec.per) {
    while (!name.empty()) {  // a population within another has its members in each of the other's
      std::string outer;
      for (const PopulationSpec& population : topology_.populations) {
        if (population.name == name) {
          count *= static_cast<double>(population.count.value_or(1));
          outer = population.within;
        }
      }
      name = outer;
    }
  }
  return count;
}

// --- hosts and resources ------------------------------------------------------------------------------------------

void ModelBuilder::declare_hosts() {
  for (const HostSpec& host : topology_.hosts) {
    auto plan = std::make_unique<HostCpuPlan>();
    plan->name = host.name + ".cpu";
    plan->kind = "host";
    plan->row = static_cast<RowId>(model_.resources.size());
    plan->capacity = host.cores.count * (1 - (host.used ? host.used->cpu.of_one : 0));
    plan->members = static_cast<double>(host.count);
    hosts_[host.name] = {&host, plan->row};
    model_.resources.push_back(std::move(plan));
  }
}

const BuiltHost* ModelBuilder::host(const Reference& reference) {
  const auto at = hosts_.find(reference.name);
  if (at != hosts_.end()) {
    return &at->second;
  }
  std::vector<std::string_view> known;
  for (const auto& [name, built] : hosts_) {
    known.push_back(name);
  }
  diagnostics_.error(reference.place, "unknown host '" + reference.name + "'", choices(reference.name, known));
  return nullptr;
}

void ModelBuilder::build_resources() {
  for (const ResourceSpec& spec : topology_.resources) {
    const auto host = spec.host ? hosts_.find(spec.host->name) : hosts_.end();
    if (host != hosts_.end() && host->second.spec->count > 1 && !spec.instances && !spec.placement) {
      const bool has_instances =
          std::find(spec.kind->uses.begin(), spec.kind->uses.end(), "instances") != spec.kind->uses.end();
      diagnostics_.error(spec.host->place,
                         "resource '" + spec.name + "': host '" + spec.host->name + "' is " +
                             std::to_string(host->second.spec->count) + " machines; on which of them it runs is open",
                         {has_instances ? "say how many there are of it: 'instances'; instance i runs on machine i"
                                        : "give it a host of its own, with count 1"});
    }
    static_cast<void>(resource({spec.name, spec.place}));
  }
}

BuiltResource* ModelBuilder::resource(const Reference& reference) {
  if (const auto built = built_.find(reference.name); built != built_.end()) {
    return built->second.get();
  }
  const ResourceSpec* spec = topology_.find_resource(reference.name);
  if (spec == nullptr) {
    std::vector<std::string_view> known;
    for (const ResourceSpec& r : topology_.resources) {
      known.push_back(r.name);
    }
    diagnostics_.error(reference.place, "unknown resource '" + reference.name + "'", choices(reference.name, known));
    return nullptr;
  }
  if (const auto at = std::find(building_.begin(), building_.end(), reference.name); at != building_.end()) {
    std::string cycle;
    for (auto name = at; name != building_.end(); ++name) {
      cycle += *name + " -> ";
    }
    diagnostics_.error(reference.place, "resources refer to each other in a cycle: " + cycle + reference.name);
    return nullptr;
  }
  building_.push_back(reference.name);
  auto built = spec->kind->build(*spec, *this);
  building_.pop_back();
  BuiltResource* result = built.get();
  if (result != nullptr) {
    built_[reference.name] = std::move(built);
  }
  return result;
}

// --- flows --------------------------------------------------------------------------------------------------------

std::optional<FlowId> ModelBuilder::link_flow(std::uint32_t op, const Reference& reference, BuiltResource* caller) {
  const FlowSpec* flow = topology_.find_flow(reference.name);
  if (flow == nullptr) {
    std::vector<std::string_view> known;
    for (const FlowSpec& f : topology_.flows) {
      known.push_back(f.name);
    }
    diagnostics_.error(reference.place, "unknown flow '" + reference.name + "'", choices(reference.name, known));
    return std::nullopt;
  }
  BuiltResource* service = caller;
  if (flow->service) {
    service = dynamic_cast<BuiltResource*>(resource_that_can<Runner>(*flow->service, "run flows"));
  }
  const std::pair<std::string, BuiltResource*> key{flow->name, service};
  if (entries_.emplace(key, 0).second) {
    pending_.push_back(key);
  }
  calls_.emplace_back(op, key);
  return static_cast<FlowId>(flow - topology_.flows.data());
}

void ModelBuilder::lower_flow(const FlowSpec& flow, BuiltResource* service) {
  Lowerer lowerer(*this, flow, service);
  entries_[{flow.name, service}] = lowerer.here();
  if (flow.timeout) {
    lowerer.emit({.execute = &op_timeout_begin,
                  .plan = keep(TimeoutPlan{
                      .after = *flow.timeout, .error = error("timeout"), .remote = true, .propagates = false})});
  }
  const bool enters = flow.service && lowerer.runner() != nullptr;
  if (enters) {
    lowerer.runner()->lower_enter(lowerer);
  }
  lowerer.lower_steps(flow.steps);
  if (enters) {
    lowerer.runner()->lower_leave(lowerer);
  }
  if (flow.timeout) {
    lowerer.emit({.execute = &op_scope_end});
  }
  lowerer.emit({.execute = &op_return});
}

void ModelBuilder::build_sources() {
  for (const ScenarioSpec& scenario : workload_.scenarios) {
    for (std::size_t i = 0; i < scenario.exec.size(); ++i) {
      const std::string& flow = scenario.exec[i].first;
      if (topology_.find_flow(flow) == nullptr) {
        std::vector<std::string_view> known;
        for (const FlowSpec& f : topology_.flows) {
          known.push_back(f.name);
        }
        diagnostics_.error(scenario.exec_places[i],
                           "scenario '" + scenario.name + "': the topology has no flow '" + flow + "'",
                           choices(flow, known));
      }
    }
    if (diagnostics_.ok()) {
      model_.sources.push_back(scenario.kind->build(scenario, *this));
      model_.sources.back()->name = scenario.name;
      model_.end = std::max(model_.end, model_.sources.back()->end);
    }
  }
  model_.end = workload_.duration.value_or(model_.end);
}

}  // namespace loadstone
