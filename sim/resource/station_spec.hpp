// sim/resource/station_spec.hpp
//
// The keys of a station, and which of them exclude each other: the kind itself says what they become (station.cpp).
#pragma once

#include <optional>
#include <vector>

#include "sim/engine/wait_queue.hpp"
#include "sim/spec/field.hpp"
#include "sim/spec/topology.hpp"

namespace loadstone {

struct StationBatch {
  std::int64_t max = 1;
  std::optional<std::int64_t> min;
  std::optional<Duration> timeout;
};

struct StationSpec {
  std::int64_t servers = 1;
  std::optional<TimeLaw> service;
  Discipline discipline = Discipline::fifo;
  std::optional<CountLaw> priority;
  bool preemptive = false;
  std::optional<std::int64_t> queue_limit;
  std::optional<TimeLaw> patience;
  std::optional<StationBatch> batch;
  std::optional<TimeLaw> setup;
  std::vector<double> rate;
  std::optional<std::int64_t> sharing_limit;

  [[nodiscard]] static const FieldTable& fields();
  [[nodiscard]] bool is_shared() const { return discipline == Discipline::processor_sharing; }
  // Only plain servers can be held: what else would a unit be?
  [[nodiscard]] bool can_be_held() const { return !is_shared() && !batch && !preemptive && rate.empty(); }
};

// Reports keys that mean nothing together.
void check_station(const ResourceSpec& spec, const StationSpec& station, Diagnostics& diagnostics);

}  // namespace loadstone
