// sim/spec/kinds.hpp
//
// What a kind is to the rest of the program: a name, a line of prose, a field table, and one function. The registries
// (sim/resource, sim/step, sim/executor) are explicit tables of these; nothing else names a kind.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/spec/fault.hpp"
#include "sim/spec/field.hpp"

namespace loadstone {

struct ResourceSpec;
struct StepSpec;
struct ScenarioSpec;
class ModelBuilder;
class Lowerer;
class BuiltResource;
class SourcePlan;

struct ResourceKind {
  std::string_view name;     // "station"; equals the file's name and the page's
  std::string_view summary;  // one sentence
  const FieldTable& (*fields)();
  std::vector<std::string_view> uses;  // the common keys that mean something here: "host", "server", ...
  std::unique_ptr<BuiltResource> (*build)(const ResourceSpec& spec, ModelBuilder& builder);
  std::vector<FaultIs> hit_by = {};  // the faults that it knows
};

struct StepKind {
  std::string_view verb;
  std::string_view summary;
  const FieldTable& (*fields)();
  std::string_view bare;  // the field that a plain value or a list stands for; "" : a mapping is required
  void (*lower)(const StepSpec& step, Lowerer& lowerer);
};

struct ExecutorKind {
  std::string_view name;
  std::string_view summary;
  const FieldTable& (*fields)();
  bool closed;  // virtual users, rather than a rate
  std::unique_ptr<SourcePlan> (*build)(const ScenarioSpec& spec, ModelBuilder& builder);
  bool brings_flows = false;  // may say itself which flow a request runs: then `exec` may be absent
  // Declares the attributes that it sets, before flows are compiled.
  void (*declare)(const ScenarioSpec& spec, ModelBuilder& builder) = nullptr;
};

// All kinds there are, in alphabetical order.
struct Kinds {
  std::span<const ResourceKind* const> resources;
  std::span<const StepKind* const> steps;
  std::span<const ExecutorKind* const> executors;
};

template <class Kind>
[[nodiscard]] const Kind* find_kind(std::span<const Kind* const> kinds, std::string_view name) {
  for (const Kind* kind : kinds) {
    if constexpr (requires { kind->verb; }) {
      if (kind->verb == name) {
        return kind;
      }
    } else if (kind->name == name) {
      return kind;
    }
  }
  return nullptr;
}

template <class Kind>
[[nodiscard]] std::vector<std::string_view> kind_names(std::span<const Kind* const> kinds) {
  std::vector<std::string_view> names;
  for (const Kind* kind : kinds) {
    if constexpr (requires { kind->verb; }) {
      names.push_back(kind->verb);
    } else {
      names.push_back(kind->name);
    }
  }
  return names;
}

}  // namespace loadstone
