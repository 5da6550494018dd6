// sim/spec/workload.hpp
//
// A workload, validated: which requests come when, with which attributes, and what is asked of the outcome. The keys of
// scenarios and thresholds are k6's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/spec/kinds.hpp"
#include "sim/spec/topology.hpp"
#include "sim/spec/values.hpp"

namespace loadstone {

enum class Each : std::uint8_t { request, vu, iteration };

// The law by which requests pick an attribute's value.
struct AttributeSpec {
  std::string name;
  Place place;
  std::string law;  // "zipf(s=1.1)", "integer(1; 40)", "weighted(a=3; b=1)", "lognormal(mean=2; cv=1)"
  Each each = Each::request;

  [[nodiscard]] static const FieldTable& fields();
};

struct ScenarioSpec {
  std::string name;
  Place place;
  const ExecutorKind* kind = nullptr;
  std::shared_ptr<void> data;                        // of the executor's own type
  std::vector<std::pair<std::string, double>> exec;  // flow and weight
  Duration start_time;
  std::optional<Duration> graceful_stop;
  std::vector<AttributeSpec> attributes;
  std::vector<Place> exec_places;  // of each flow in `exec`

  template <class T>
  [[nodiscard]] const T& as() const {
    return *static_cast<const T*>(data.get());
  }
};

struct ThresholdSpec {
  std::string metric;  // "latency"
  std::string tag;     // "flow", "" for the whole workload
  std::string tag_value;
  std::string expression;  // "p(95)<8000"
  Place place;
};

struct TriggerSpec {
  Reference schedule;
  Duration at;

  [[nodiscard]] static const FieldTable& fields();
};

struct Workload {
  std::string name;
  Place place;
  std::string about;
  std::optional<PlacedText> start;   // ISO 8601 with an offset
  std::optional<Duration> warmup;    // absent: by the rule of the executors
  bool detects_warmup = false;       // `warmup: auto`
  std::optional<Duration> duration;  // absent: the last scenario's end
  std::string represents;            // "220h/month"
  std::vector<AttributeSpec> attributes;
  std::vector<ScenarioSpec> scenarios;
  std::vector<ThresholdSpec> thresholds;
  std::vector<TriggerSpec> triggers;
  std::vector<FaultSpec> faults;
  std::vector<WindowSpec> windows;
  std::int64_t max_in_flight = 5'000'000;
  std::vector<std::string> parameters;
};

[[nodiscard]] Workload read_workload(Reader& reader, const Node& root, const Overrides& overrides);

// The keys of k6's options that are accepted and have no meaning here.
[[nodiscard]] const std::vector<std::string_view>& ignored_k6_keys();

}  // namespace loadstone
