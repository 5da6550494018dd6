#include "sim/spec/topology.hpp"

#include <algorithm>

namespace loadstone {

const FieldTable& PopulationSpec::fields() {
  static const FieldTable table =
      FieldTable::of<PopulationSpec>()
          .field("count", &PopulationSpec::count, "How many members there are (in each member of `within`).",
                 {.bounds = {.min = 1, .max = 1e9}})
          .field("within", &PopulationSpec::within, "The population that each member belongs to.", {.optional = true})
          .field("of", &PopulationSpec::of, "Derived: each member of that population belongs to one of these.",
                 {.optional = true})
          .field("law", &PopulationSpec::law, "How it is derived: hash(n).", {.optional = true});
  return table;
}

const FieldTable& HostUse::fields() {
  static const FieldTable table =
      FieldTable::of<HostUse>()
          .field("cpu", &HostUse::cpu, "Share of the cores.", {.default_text = "0%", .bounds = {.max = 0.99}})
          .field("memory", &HostUse::memory, "Memory.", {.default_text = "0B"});
  return table;
}

const FieldTable& HostSpec::fields() {
  static const FieldTable table =
      FieldTable::of<HostSpec>()
          .field("cores", &HostSpec::cores, "Cores, shared by all that runs on the host.",
                 {.bounds = {.max = 100000, .above_min = true}})
          .field("memory", &HostSpec::memory, "Memory.")
          .field("price", &HostSpec::price, "What one costs.", {.default_text = "$0/month"})
          .field("count", &HostSpec::count, "How many there are.",
                 {.default_text = "1", .bounds = {.min = 1, .max = 1e6}})
          .mapping("used", &HostSpec::used, "What everything that is not modelled takes.", HostUse::fields());
  return table;
}

const FieldTable& ResourceSpec::common_fields() {
  static const FieldTable table =
      FieldTable::of<ResourceSpec>()
          .field("host", &ResourceSpec::host, "Where its CPU and memory are.")
          .field("in", &ResourceSpec::in, "One copy in each process (instance and worker) of this service.",
                 {.optional = true})
          .field("per", &ResourceSpec::per, "One copy for each value of this attribute, or of these.",
                 {.optional = true})
          .field("server", &ResourceSpec::server, "What it connects to.")
          .field("instances", &ResourceSpec::instances, "How many of it there are.", {.bounds = {.min = 1, .max = 1e6}})
          .field("place", &ResourceSpec::placement, "How instances go onto a host that has a count: spread or one.")
          .field("price", &ResourceSpec::price, "What it costs beside its host.", {.default_text = "$0/month"})
          .field("memory", &ResourceSpec::memory, "Memory that it has.");
  return table;
}

const Place& ResourceSpec::place_of(std::string_view key) const {
  const auto at = key_places.find(key);
  return at == key_places.end() ? place : at->second;
}

const FieldTable& FlowSpec::fields() {
  static const FieldTable table =
      FieldTable::of<FlowSpec>()
          .field("service", &FlowSpec::service, "Where its CPU runs; without one it runs where it is called.")
          .field("timeout", &FlowSpec::timeout, "Its deadline: then the client gives up.",
                 {.bounds = {.above_min = true}})
          .field("about", &FlowSpec::about, "Prose.")
          .field("steps", &FlowSpec::steps, "What a request does, in order.");
  return table;
}

const FieldTable& ScheduleSpec::fields() {
  static const FieldTable table =
      FieldTable::of<ScheduleSpec>()
          .field("cron", &ScheduleSpec::cron, "When it fires: five fields, or @daily and the like.")
          .field("every", &ScheduleSpec::every, "Fires at this interval from the start, instead of `cron`.",
                 {.bounds = {.above_min = true}})
          .field("timezone", &ScheduleSpec::timezone, "IANA name.", {.default_text = "UTC"})
          .field("flow", &ScheduleSpec::flow, "What it starts.")
          .choice("overlap", &ScheduleSpec::overlap, "What happens if the run before has not ended.",
                  {.default_text = "allow", .choices = {"allow", "forbid", "replace"}});
  return table;
}

const ResourceSpec* Topology::find_resource(std::string_view wanted) const {
  const auto at = std::find_if(resources.begin(), resources.end(), [&](const auto& r) { return r.name == wanted; });
  return at == resources.end() ? nullptr : &*at;
}

const FlowSpec* Topology::find_flow(std::string_view wanted) const {
  const auto at = std::find_if(flows.begin(), flows.end(), [&](const auto& f) { return f.name == wanted; });
  return at == flows.end() ? nullptr : &*at;
}

}  // namespace loadstone
