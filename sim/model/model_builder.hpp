// sim/model/model_builder.hpp
//
// Compiles a validated topology and workload into a Model. Kinds add resources and sources through it; step verbs lower
// themselves into operations through a Lowerer. Names are resolved here, and those that dangle are reported.
//
// Owns. The model under construction and, until it is finished, the built side of every resource.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/engine/model.hpp"
#include "sim/model/built_resource.hpp"
#include "sim/spec/topology.hpp"
#include "sim/spec/workload.hpp"

namespace loadstone {

class ModelBuilder {
 public:
  using Parameters = std::map<std::string, Parameter, std::less<>>;

  ModelBuilder(const Topology& topology, const Workload& workload, const Parameters& parameters, const Kinds& kinds,
               Diagnostics& diagnostics);

  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }
  [[nodiscard]] const Topology& topology() const { return topology_; }
  [[nodiscard]] const Workload& workload() const { return workload_; }
  [[nodiscard]] Model& model() { return model_; }

  // Compiles everything. What is wrong is in the diagnostics; the model is whole only if they are ok().
  void compile();
  [[nodiscard]] Model take() { return std::move(model_); }

  [[nodiscard]] const Parameters& parameters() const { return parameters_; }

  // Requests may start with this flow: it is compiled as one that nobody calls.
  void starts(const std::string& flow) { started_.insert(flow); }

  // --- attributes of requests -----------------------------------------------------------------------------------
  // Every attribute that a request can have, with its type: populations, and what the workload declares.
  [[nodiscard]] const std::map<std::string, Type, std::less<>>& attribute_types() const { return attribute_types_; }
  // The slot of an attribute, made at its first use.
  [[nodiscard]] std::uint16_t attribute(const std::string& name);
  // Whether it has a slot: what has none once resources and flows are compiled is read by nobody.
  [[nodiscard]] bool is_used(const std::string& name) const { return attribute_slots_.count(name) > 0; }
  // An attribute that a step sets (`repeat ... as`): known from here on.
  std::uint16_t declare_attribute(const std::string& name, const Type& type = Type(kNumber)) {
    attribute_types_.emplace(name, type);
    return attribute(name);
  }
  // The slot in which every request carries a parameter's value.
  [[nodiscard]] std::uint16_t constant_attribute(std::string_view parameter);
  // The number that stands for a text in attributes and conditions.
  [[nodiscard]] double intern(std::string_view text);
  // The values that a request starts with: constants, and zero for what is drawn or set later.
  [[nodiscard]] const std::vector<double>& attribute_defaults() const { return attribute_defaults_; }

  // --- for kinds ----------------------------------------------------------------------------------------------
  // Adds a plan under a row of its own: the declared name, with ".part" where the kind has several rows.
  template <class P>
  P& add(std::unique_ptr<P> plan, const ResourceSpec& spec, std::string_view part = {}) {
    P& added = *plan;
    added.name = part.empty() ? spec.name : spec.name + "." + std::string(part);
    added.kind = spec.kind->name;
    added.row = static_cast<RowId>(model_.resources.size());
    added.members = member_count(spec);
    if (OutagePlan* outage = outage_of(spec.name); outage != nullptr) {
      outage->rows.push_back(added.row);
      added.pace = outage->pace.is_even() ? nullptr : &outage->pace;
    }
    model_.resources.push_back(std::move(plan));
    return added;
  }
  // `text`: what the real component says when `resource` fails so, for reports.
  [[nodiscard]] ErrorId error(const std::string& name, const std::string& text = {}, const std::string& resource = {});
  [[nodiscard]] std::uint32_t mark(const std::string& name);
  // The slot of an attribute that `key` of a resource names; nothing after an error.
  [[nodiscard]] std::optional<std::uint16_t> known_attribute(const ResourceSpec& spec, std::string_view key,
                                                             const std::string& name);
  // The attributes that pick a member, by the spec's `in:` and `per:`.
  [[nodiscard]] std::vector<std::uint16_t> member_attributes(const ResourceSpec& spec);
  // How many members `in:` and `per:` can give, as far as populations say.
  [[nodiscard]] double member_count(const ResourceSpec& spec);
  // Keeps a plan for the life of the model.
  template <class T>
  const T* keep(T plan) {
    auto shared = std::make_shared<const T>(std::move(plan));
    model_.plans.push_back(shared);
    return shared.get();
  }
  // The built side of a declared resource, building it first if need be; nullptr after an error.
  [[nodiscard]] BuiltResource* resource(const Reference& reference);
  // The same, where it must have a capability: `what` says what is wanted of it ("be visited").
  template <class Capability>
  [[nodiscard]] Capability* resource_that_can(const Reference& reference, std::string_view what);
  // The faults of a declared resource; nullptr where nothing goes wrong with it.
  [[nodiscard]] OutagePlan* outage_of(std::string_view resource) {
    const auto at = outages_.find(resource);
    return at == outages_.end() ? nullptr : model_.outages[at->second].get();
  }
  // The row keeps something on that server, or in that process: it is lost when a fault kills it.
  void keeps_at(std::string_view server, RowId row) {
    if (OutagePlan* outage = outage_of(server); outage != nullptr) {
      outage->keepers.push_back(row);
    }
  }
  // The same for what is kept in the processes of the services that `in` names.
  void keeps_in(const ResourceSpec& spec, RowId row);
  // How long a failover of it takes (ns), where the fault does not say.
  void takes_over_in(const ResourceSpec& spec, const Distribution& time);
  [[nodiscard]] std::optional<OutageId> outage_id(std::string_view resource) const {
    const auto at = outages_.find(resource);
    return at == outages_.end() ? std::nullopt : std::optional(at->second);
  }
  // The row of a host; its CPU is shared by all that runs there. Reports an unknown host.
  [[nodiscard]] const BuiltHost* host(const Reference& reference);
  [[nodiscard]] const std::map<std::string, BuiltHost, std::less<>>& hosts() const { return hosts_; }
  // Makes operation `op` jump to the entry of a flow, as it runs when called from `caller` (a flow without a service
  // runs where its caller runs, so it is compiled once for each). Nothing after an error; else the flow's id.
  std::optional<FlowId> link_flow(std::uint32_t op, const Reference& flow, BuiltResource* caller);

  // A flow runs another and waits for it. Such calls must not lead back.
  void note_call(const FlowSpec& caller, const Reference& flow) { awaited_[caller.name].push_back(flow); }
  // A flow gives back what it did not take: some other flow must have taken it and gone on here.
  void note_foreign_release(const FlowSpec& flow, const Reference& released) { foreign_.emplace_back(&flow, released); }

 private:
  friend class Lowerer;

  void declare_attributes();
  void lower_pending();
  void declare_faults();
  void declare_fault(const FaultSpec& fault);
  void add_span(const FaultSpec& fault, const ResourceSpec& hit);
  OutagePlan& make_outage(const std::string& resource);
  void finish_faults();
  void declare_windows();
  void declare_hosts();
  void build_resources();
  void lower_flow(const FlowSpec& flow, BuiltResource* service);
  void build_sources();
  void check_call_cycles();
  void check_foreign_releases();

  const Topology& topology_;
  const Workload& workload_;
  const Parameters& parameters_;
  const Kinds& kinds_;
  Diagnostics& diagnostics_;
  Model model_;
  std::map<std::string, Type, std::less<>> attribute_types_;
  std::map<std::string, std::uint16_t, std::less<>> attribute_slots_;
  std::vector<double> attribute_defaults_;
  std::map<std::string, double, std::less<>> interned_;
  std::map<std::string, OutageId, std::less<>> outages_;
  std::map<std::string, BuiltHost, std::less<>> hosts_;
  std::map<std::string, std::unique_ptr<BuiltResource>, std::less<>> built_;
  std::vector<std::string> building_;  // names on the way, to find cycles
  std::map<std::pair<std::string, BuiltResource*>, std::uint32_t> entries_;
  std::set<std::string, std::less<>> started_;
  std::vector<std::pair<std::string, BuiltResource*>> pending_;  // flows whose bodies are still to be lowered
  std::vector<std::pair<std::uint32_t, std::pair<std::string, BuiltResource*>>> calls_;  // operations to be linked
  std::map<std::string, std::vector<Reference>> awaited_;                                // by the flow that calls
  std::vector<std::pair<const FlowSpec*, Reference>> foreign_;
};

template <class Capability>
Capability* ModelBuilder::resource_that_can(const Reference& reference, std::string_view what) {
  BuiltResource* built = resource(reference);
  if (built == nullptr) {
    return nullptr;
  }
  auto* capable = dynamic_cast<Capability*>(built);
  if (capable == nullptr) {
    diagnostics_.error(reference.place, "'" + reference.name + "' is a " + std::string(built->spec.kind->name) +
                                            ", which cannot " + std::string(what));
  }
  return capable;
}

}  // namespace loadstone
