#include "sim/resource/station_spec.hpp"

#include <algorithm>

namespace loadstone {

namespace {

const FieldTable& batch_fields() {
  static const FieldTable table =
      FieldTable::of<StationBatch>()
          .field("max", &StationBatch::max, "Requests of one batch at most.", {.bounds = {.min = 1, .max = 1e9}})
          .field("min", &StationBatch::min, "A batch starts with no fewer (without `timeout`). Absent: 1.",
                 {.bounds = {.min = 1, .max = 1e9}})
          .field("timeout", &StationBatch::timeout,
                 "A batch starts with fewer than `max` when its first member has waited this long.");
  return table;
}

bool read_rates(Reader& reader, const Node& node, StationSpec& out) {
  if (!node.is_sequence() || node.items.empty()) {
    reader.error(node.place, "'rate' must be a list of factors, got " + describe(node),
                 {"rate: [1, 0.9, 0.8]: each server's speed with one, two, and three or more of them busy"});
    return false;
  }
  bool ok = true;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Scope scope(reader, std::to_string(i));
    ok = reader.read(node.items[i], {.max = 1e6, .above_min = true}, out.rate.emplace_back()) && ok;
  }
  return ok;
}

}  // namespace

const FieldTable& StationSpec::fields() {
  static const FieldTable table =
      FieldTable::of<StationSpec>()
          .field("servers", &StationSpec::servers, "Identical servers.",
                 {.default_text = "1", .bounds = {.min = 1, .max = 1e12}})
          .field("service", &StationSpec::service, "Time of one service, unless the visit gives one.")
          .choice(
              "discipline", &StationSpec::discipline,
              "Who is next: first come, last come, smallest `priority`, any, shortest service; or everybody at once, "
              "sharing the servers.",
              {.default_text = "fifo", .choices = {"fifo", "lifo", "priority", "random", "sjf", "processor_sharing"}})
          .field("priority", &StationSpec::priority, "Rank in a priority line, unless the visit gives one.")
          .field("preemptive", &StationSpec::preemptive,
                 "Who comes before one in service takes its server; the displaced one resumes later (priority, lifo).",
                 {.default_text = "false"})
          .field("queue_limit", &StationSpec::queue_limit, "Longest line; who comes then is refused with `queue_full`.")
          .field("patience", &StationSpec::patience,
                 "Longest wait in line, drawn for each; absent: for ever; 0s: never waits. Then `patience`.")
          .mapping("batch", &StationSpec::batch, "A server serves several requests at once, in one service time.",
                   batch_fields())
          .field("setup", &StationSpec::setup, "Time before a service for which an idle server is woken.")
          .custom<StationSpec>("rate",
                               "Each server's speed by the number of busy ones: a list; its last entry holds beyond.",
                               read_rates, {.optional = true}, FieldType::scalars)
          .field("sharing_limit", &StationSpec::sharing_limit,
                 "How many share the servers at once (processor_sharing); others wait, first come, first in.",
                 {.bounds = {.min = 1, .max = 1e12}});
  return table;
}

void check_station(const ResourceSpec& spec, const StationSpec& station, Diagnostics& diagnostics) {
  const auto fail = [&](const std::string& message) {
    diagnostics.error(spec.place, "resource '" + spec.name + "': " + message);
  };
  const auto& batch = station.batch;
  const int ways =
      (batch ? 1 : 0) + (station.preemptive ? 1 : 0) + (station.setup ? 1 : 0) + (station.rate.empty() ? 0 : 1);
  if (ways > 1) {
    fail("'batch', 'preemptive', 'setup' and 'rate' exclude each other");
  }
  if (ways > 0 && station.is_shared()) {
    fail("under processor_sharing there is no 'batch', 'preemptive', 'setup' or 'rate'");
  }
  if (station.is_shared() && !station.sharing_limit && (station.queue_limit || station.patience)) {
    fail("under processor_sharing nobody waits, so 'queue_limit' and 'patience' mean nothing without 'sharing_limit'");
  }
  if (!station.is_shared() && station.sharing_limit) {
    fail("'sharing_limit' needs 'discipline: processor_sharing'");
  }
  if (station.preemptive && station.discipline != Discipline::priority && station.discipline != Discipline::lifo) {
    fail("'preemptive' needs 'discipline: priority' or 'lifo'");
  }
  if (!batch) {
    return;
  }
  if (station.discipline != Discipline::fifo) {
    fail("a batch is filled first come, first in: 'batch' needs 'discipline: fifo'");
  }
  if (batch->min && batch->timeout) {
    fail("a batch waits for 'min' members or for its 'timeout', not for both");
  }
  if (batch->min.value_or(1) > batch->max) {
    fail("'min' of the batch is greater than its 'max'");
  }
}

}  // namespace loadstone
