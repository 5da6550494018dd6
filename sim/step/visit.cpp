// visit: is served by a station and goes on.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Visit {
  Reference station;
  std::optional<TimeLaw> service;
  std::optional<CountLaw> priority;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<Visit>()
          .field("station", &Visit::station, "The station.")
          .field("service", &Visit::service, "Time of this service, instead of the station's own.")
          .field("priority", &Visit::priority, "Rank in its line, instead of the station's own: smallest first.");
  return table;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& visit = step.as<Visit>();
  if (auto* station = lowerer.builder().resource_that_can<Visitable>(visit.station, "be visited")) {
    station->lower_visit(lowerer, visit.service, visit.priority);
  }
}

}  // namespace

const StepKind& visit_step() {
  static const StepKind kind{"visit", "Is served by a station, after a wait if need be.", fields, "station", lower};
  return kind;
}

}  // namespace loadstone
