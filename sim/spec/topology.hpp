// sim/spec/topology.hpp
//
// A topology, validated: who exists, on which hosts, which resources, which flows of steps, which schedules. Plain and
// immutable; the model is compiled from it.
//
// Not. References are names here; compilation resolves them and reports those that dangle.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/spec/step_spec.hpp"
#include "sim/spec/values.hpp"

namespace loadstone {

struct PopulationSpec {
  std::string name;
  Place place;
  std::optional<std::int64_t> count;
  std::string within;
  std::string of;   // derived: a function of another population's member
  std::string law;  // "hash(10)"

  [[nodiscard]] static const FieldTable& fields();
};

struct HostUse {
  Share cpu;
  Bytes memory;

  [[nodiscard]] static const FieldTable& fields();
};

struct HostSpec {
  std::string name;
  Place place;
  Cores cores;
  std::optional<Bytes> memory;
  MoneyRate price;
  std::int64_t count = 1;
  std::optional<HostUse> used;

  [[nodiscard]] static const FieldTable& fields();
};

struct ResourceSpec {
  std::string name;
  Place place;
  const ResourceKind* kind = nullptr;
  std::shared_ptr<void> data;  // of the kind's own type
  // the keys that every kind has in common; a kind says which of them mean something to it
  std::optional<Reference> host;
  std::vector<std::string> in;
  std::vector<std::string> per;
  std::optional<Reference> server;
  std::optional<std::int64_t> instances;
  std::optional<std::string> placement;  // `place`: spread, one, pack(n)
  MoneyRate price;
  std::optional<Bytes> memory;
  std::map<std::string, Place, std::less<>> key_places;  // of the values that are written

  [[nodiscard]] static const FieldTable& common_fields();
  // Where the value of `key` stands; the resource's own place if it is not written.
  [[nodiscard]] const Place& place_of(std::string_view key) const;

  template <class T>
  [[nodiscard]] const T& as() const {
    return *static_cast<const T*>(data.get());
  }
};

struct FlowSpec {
  std::string name;
  Place place;
  std::optional<Reference> service;
  std::optional<Duration> timeout;
  std::optional<std::string> about;
  std::vector<StepSpec> steps;

  [[nodiscard]] static const FieldTable& fields();
};

enum class Overlap : std::uint8_t { allow, forbid, replace };

struct ScheduleSpec {
  std::string name;
  Place place;
  std::optional<PlacedText> cron;
  std::optional<Duration> every;
  PlacedText timezone;
  Reference flow;
  Overlap overlap = Overlap::allow;

  [[nodiscard]] static const FieldTable& fields();
};

struct Topology {
  std::string name;
  std::string about;
  Place place;
  std::vector<PopulationSpec> populations;
  std::vector<HostSpec> hosts;
  std::vector<ResourceSpec> resources;
  std::vector<FlowSpec> flows;
  std::vector<ScheduleSpec> schedules;
  std::vector<std::string> parameters;  // in file order

  [[nodiscard]] const ResourceSpec* find_resource(std::string_view name) const;
  [[nodiscard]] const FlowSpec* find_flow(std::string_view name) const;
};

// Values given from outside the file, by name: `--set db_pool_size=40`, a point of a sweep.
using Overrides = std::map<std::string, std::string, std::less<>>;

// Reads `params:`; an override replaces the value and its provenance. Names that were used are added to `used`.
void read_parameters(Reader& reader, const Node* params, const Overrides& overrides, std::vector<std::string>& names);

// All that is wrong is in the reader's diagnostics; the result is whole only if they are ok().
[[nodiscard]] Topology read_topology(Reader& reader, const Node& root, const Overrides& overrides);

}  // namespace loadstone
