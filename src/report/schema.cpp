#include "src/report/schema.hpp"

#include <algorithm>

#include "sim/spec/experiment.hpp"
#include "sim/spec/step_spec.hpp"
#include "sim/spec/workload.hpp"
#include "src/report/json_parts.hpp"

namespace loadstone::report {

namespace {

Json ref(const char* definition) {
  return {{"$ref", std::string("#/definitions/") + definition}};
}

Json array_of(Json items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

// Names to `value`; an overlay deletes with null.
Json names_to(Json value) {
  Json any_of = Json::array({std::move(value), {{"type", "null"}}});
  return {{"type", "object"}, {"additionalProperties", {{"anyOf", std::move(any_of)}}}};
}

Json object_of(Json properties) {
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

std::string description(const Field& field) {
  std::string text(field.about);
  text += " (" + std::string(to_string(field.type));
  if (!field.rules.default_text.empty()) {
    text += "; default " + std::string(field.rules.default_text) + std::string(field.rules.bounds.native_unit);
  }
  return text + ")";
}

Json object_from(const FieldTable& table);

Json type_of(const Field& field) {
  switch (field.type) {
    case FieldType::choice: {
      Json names = Json::array();
      for (const std::string_view choice : field.rules.choices) {
        names.push_back(choice);
      }
      return {{"anyOf", Json::array({{{"enum", std::move(names)}}, ref("parameter")})}};
    }
    case FieldType::boolean:
      return {{"anyOf", Json::array({{{"type", "boolean"}}, ref("parameter")})}};
    case FieldType::names:
      return {{"anyOf", Json::array({ref("value"), array_of(ref("scalar"))})}};
    case FieldType::steps:
      return ref("steps");
    case FieldType::step_lists:
      return array_of(ref("steps"));
    case FieldType::mapping:
      return object_from(*field.nested);
    case FieldType::mappings:
      return array_of(object_from(*field.nested));
    case FieldType::named_mappings:
      return names_to(object_from(*field.nested));
    case FieldType::scalars:
      return array_of(ref("value"));
    default:
      return ref("value");
  }
}

Json schema_of(const Field& field) {
  Json any_of = Json::array({type_of(field), {{"type", "null"}}});
  return {{"description", description(field)}, {"anyOf", std::move(any_of)}};
}

void add_fields(Json& properties, const FieldTable& table) {
  for (const Field& field : table.fields()) {
    properties[std::string(field.name)] = schema_of(field);
  }
}

Json object_from(const FieldTable& table) {
  Json properties = Json::object();
  add_fields(properties, table);
  return object_of(std::move(properties));
}

// What stands for a file's values wherever a table asks for one.
Json definitions() {
  Json j;
  j["scalar"] = {{"type", {"string", "number", "boolean"}}};
  j["parameter"] = {{"type", "string"}, {"pattern", "^\\$"}};
  Json annotated = object_of({{"value", ref("scalar")},
                              {"range", {{"anyOf", Json::array({ref("scalar"), array_of(ref("scalar"))})}}},
                              {"status", {{"enum", {"measured", "documented", "estimated", "assumed", "default"}}}},
                              {"source", ref("scalar")},
                              {"one_of", array_of(ref("scalar"))},
                              {"about", ref("scalar")}});
  annotated["required"] = {"value"};
  j["value"] = {{"anyOf", Json::array({ref("scalar"), std::move(annotated)})}};
  return j;
}

Json step_of(const StepKind& kind) {
  Json beside = Json::object();
  Json under = Json::object();
  Json bare = Json::array({{{"type", "null"}}});
  for (const Field& field : kind.fields().fields()) {
    (field.rules.beside ? beside : under)[std::string(field.name)] = schema_of(field);
    if (field.name == kind.bare && !field.rules.beside) {
      bare.push_back(type_of(field));
    }
  }
  if (!under.empty()) {
    bare.push_back(object_of(std::move(under)));
  }
  Json properties = Json::object();
  properties[std::string(kind.verb)] = {{"description", kind.summary}, {"anyOf", std::move(bare)}};
  properties.update(beside);
  add_fields(properties, Modifiers::fields());
  properties["on_error"] = names_to(ref("steps"));
  Json step = object_of(std::move(properties));
  step["required"] = {kind.verb};
  return step;
}

Json steps_of(const Kinds& kinds) {
  Json verbs = Json::array();
  for (const StepKind* kind : kinds.steps) {
    verbs.push_back(step_of(*kind));
  }
  return {{"anyOf", std::move(verbs)}};
}

// By the value of `key`, the properties that go with it; nothing is said where the key is absent, as in overlays.
Json by_kind(const char* key, const Json& names, Json cases) {
  Json j;
  j["type"] = "object";
  j["properties"] = {{key, {{"enum", names}}}};
  j["allOf"] = std::move(cases);
  return j;
}

Json case_of(const char* key, std::string_view name, Json then) {
  Json when;
  when["properties"] = {{key, {{"const", name}}}};
  when["required"] = {key};
  return {{"if", std::move(when)}, {"then", std::move(then)}};
}

Json resources_of(const Kinds& kinds) {
  Json names = Json::array();
  Json cases = Json::array();
  for (const ResourceKind* kind : kinds.resources) {
    Json properties = Json::object();
    properties["kind"] = {{"const", kind->name}, {"description", kind->summary}};
    for (const Field& field : ResourceSpec::common_fields().fields()) {
      if (std::find(kind->uses.begin(), kind->uses.end(), field.name) != kind->uses.end()) {
        properties[std::string(field.name)] = schema_of(field);
      }
    }
    add_fields(properties, kind->fields());
    names.push_back(kind->name);
    cases.push_back(case_of("kind", kind->name, object_of(std::move(properties))));
  }
  return by_kind("kind", names, std::move(cases));
}

Json attributes() {
  return names_to({{"anyOf", Json::array({ref("scalar"), object_from(AttributeSpec::fields())})}});
}

Json scenarios_of(const Kinds& kinds) {
  Json names = Json::array();
  Json cases = Json::array();
  for (const ExecutorKind* kind : kinds.executors) {
    Json properties = Json::object();
    properties["executor"] = {{"const", kind->name}, {"description", kind->summary}};
    properties["exec"] = {{"anyOf", Json::array({ref("value"), names_to(ref("value"))})}};
    properties["startTime"] = ref("value");
    properties["gracefulStop"] = ref("value");
    properties["tags"] = {{"type", "object"}};
    properties["env"] = {{"type", "object"}};
    properties["attributes"] = attributes();
    add_fields(properties, kind->fields());
    names.push_back(kind->name);
    cases.push_back(case_of("executor", kind->name, object_of(std::move(properties))));
  }
  return by_kind("executor", names, std::move(cases));
}

std::string document(const char* title, Json properties, Json defined) {
  Json j;
  j["$schema"] = "http://json-schema.org/draft-07/schema#";
  j["title"] = title;
  properties["extends"] = ref("scalar");
  j.update(object_of(std::move(properties)));
  j["definitions"] = std::move(defined);
  return j.dump(2) + "\n";
}

}  // namespace

std::string topology_schema(const Kinds& kinds) {
  Json defined = definitions();
  defined["step"] = steps_of(kinds);
  defined["steps"] = array_of(ref("step"));
  Json properties;
  properties["topology"] = ref("scalar");
  properties["about"] = ref("scalar");
  properties["params"] = names_to(ref("value"));
  properties["populations"] = names_to(object_from(PopulationSpec::fields()));
  properties["hosts"] = names_to(object_from(HostSpec::fields()));
  properties["resources"] = names_to(resources_of(kinds));
  properties["flows"] = names_to(object_from(FlowSpec::fields()));
  properties["schedules"] = names_to(object_from(ScheduleSpec::fields()));
  return document("A loadstone topology", std::move(properties), std::move(defined));
}

std::string workload_schema(const Kinds& kinds) {
  Json properties;
  for (const char* key : {"workload", "about", "start", "warmup", "duration", "represents"}) {
    properties[key] = ref("value");
  }
  properties["params"] = names_to(ref("value"));
  properties["attributes"] = attributes();
  properties["scenarios"] = names_to(scenarios_of(kinds));
  Json threshold = {{"anyOf", Json::array({ref("scalar"), {{"type", "object"}, {"required", {"threshold"}}}})}};
  properties["thresholds"] = names_to({{"anyOf", Json::array({threshold, array_of(threshold)})}});
  properties["triggers"] = array_of(object_from(TriggerSpec::fields()));
  properties["faults"] = array_of(object_from(FaultSpec::fields()));
  properties["windows"] = names_to(object_from(WindowSpec::fields()));
  properties["limits"] = object_of({{"max_in_flight", ref("value")}});
  for (const std::string_view key : ignored_k6_keys()) {
    properties[std::string(key)] = {{"description", "A k6 option that is accepted and means nothing here."}};
  }
  return document("A loadstone workload", std::move(properties), definitions());
}

namespace {

Json method_schema() {
  Json names = Json::array();
  for (const std::string_view name : method_names()) {
    names.push_back(name);
  }
  return {{"anyOf", Json::array({{{"enum", std::move(names)}},
                                 object_of({{"saturate", object_from(SearchSpec::fields())}}),
                                 object_of({{"bound", object_from(SearchSpec::bound_fields())}})})}};
}

}  // namespace

std::string experiment_schema() {
  Json properties;
  for (const char* key : {"experiment", "about", "workload", "replications", "seed"}) {
    properties[key] = ref("value");
  }
  properties["topologies"] = array_of(ref("scalar"));
  Json point = object_from(ExperimentPoint::fields());
  point["properties"]["set"] = names_to(ref("scalar"));
  point["properties"]["method"] = method_schema();
  properties["points"] = names_to(std::move(point));
  properties["grid"] = names_to({{"anyOf", Json::array({ref("scalar"), array_of(ref("scalar"))})}});
  properties["cases"] = names_to(names_to(ref("scalar")));
  properties["method"] = method_schema();
  const Json lets = names_to(ref("value"));
  Json claim = object_from(ClaimSpec::fields());
  claim["properties"]["let"] = lets;
  claim["properties"]["cases"] = names_to(lets);
  properties["let"] = lets;
  properties["expect"] = array_of(std::move(claim));
  return document("A loadstone experiment", std::move(properties), definitions());
}

}  // namespace loadstone::report
