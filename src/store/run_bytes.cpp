#include "src/store/run_bytes.hpp"

#include <utility>

#include "src/store/values.hpp"

namespace loadstone::store {

constexpr RowId kMostRows = 1'000'000;

// A list of members is taken apart by its names: a member that is added to the struct does not fit the list any more,
// and the compiler says so.

template <class Archive>
void value(Archive& archive, Is<SimTime> auto& time) {
  value(archive, time.ns);
}

void value(ByteWriter& out, const Warmup::By& by) {
  value(out, static_cast<std::uint8_t>(by));
}
void value(ByteReader& in, Warmup::By& by) {
  std::uint8_t number = 0;
  value(in, number);
  if (number > static_cast<std::uint8_t>(Warmup::By::detection)) {
    throw CorruptBytes("a reason for a warm-up that there is not");
  }
  by = static_cast<Warmup::By>(number);
}

// Buckets ascend: each is written as its distance from the one before.
void value(ByteWriter& out, const Histogram& histogram) {
  const Histogram::Contents contents = histogram.contents();
  values(out, contents.count, contents.min, contents.max, contents.sum, contents.sum_of_squares);
  value(out, contents.buckets.size());
  std::int64_t before = 0;
  for (const auto& [low, count] : contents.buckets) {
    value(out, low - before);
    value(out, count);
    before = low;
  }
}
void value(ByteReader& in, Histogram& histogram) {
  Histogram::Contents contents;
  values(in, contents.count, contents.min, contents.max, contents.sum, contents.sum_of_squares);
  std::int64_t low = 0;
  for (std::size_t left = in.length(); left > 0; --left) {
    std::int64_t distance = 0;
    std::uint64_t count = 0;
    values(in, distance, count);
    if (distance < 0 || distance > INT64_MAX - low) {
      throw CorruptBytes("buckets that do not ascend");
    }
    low += distance;
    contents.buckets.emplace_back(low, count);
  }
  auto restored = Histogram::of(contents);
  if (!restored) {
    throw CorruptBytes("a histogram whose buckets do not add up");
  }
  histogram = std::move(*restored);
}

void value(ByteWriter& out, const Breakdown& breakdown) {
  value(out, breakdown.rows().size());
  for (const Breakdown::Row& row : breakdown.rows()) {
    values(out, row.on, row.ns);
    value(out, static_cast<std::uint8_t>(row.doing));
  }
}
void value(ByteReader& in, Breakdown& breakdown) {
  breakdown = {};
  for (std::size_t left = in.length(); left > 0; --left) {
    RowId on = 0;
    Int128 ns = 0;
    std::uint8_t doing = 0;
    values(in, on, ns, doing);
    if (doing >= kDoings || on > kMostRows) {
      throw CorruptBytes("a row of a hold that there is not");
    }
    breakdown.add(on, static_cast<Doing>(doing), ns);
  }
}

template <class Archive>
void value(Archive& archive, Is<Totals> auto& totals) {
  auto& [in_use_area, waiting_area, full_time, blocked_time, in_use, waiting, arrivals, granted, waited, refused,
         timed_out, completed] = totals;
  values(archive, in_use_area, waiting_area, full_time, blocked_time, in_use, waiting, arrivals, granted, waited,
         refused, timed_out, completed);
}

template <class Archive>
void value(Archive& archive, Is<Meter> auto& meter) {
  auto& [wait, hold, breakdown, wait_sum, hold_sum, at_edge, members] = meter;
  values(archive, wait, hold, breakdown, wait_sum, hold_sum, at_edge, members);
}

template <class Archive>
void value(Archive& archive, Is<MemberObservation> auto& member) {
  auto& [label, arrivals, utilization] = member;
  values(archive, label, arrivals, utilization);
}

template <class Archive>
void value(Archive& archive, Is<ResourceObservations> auto& resource) {
  auto& [meter, capacity, members, worst, at_end, blocked_arrivals_share, blocked_since_end] = resource;
  values(archive, meter, capacity, members, worst, at_end, blocked_arrivals_share, blocked_since_end);
}

template <class Archive>
void value(Archive& archive, Is<FlowCounts> auto& counts) {
  auto& [offered, started, completed, failed, dropped] = counts;
  values(archive, offered, started, completed, failed, dropped);
}

template <class Archive>
void value(Archive& archive, Is<WindowStats> auto& window) {
  auto& [offered, completed, failed, dropped, completed_inside, latency] = window;
  values(archive, offered, completed, failed, dropped, completed_inside, latency);
}

template <class Archive>
void value(Archive& archive, Is<RecoveryStats> auto& recovery) {
  auto& [limit_ns, arrived, well] = recovery;
  values(archive, limit_ns, arrived, well);
}

template <class Archive>
void value(Archive& archive, Is<LatencySoFar> auto& latency) {
  auto& [sum, count] = latency;
  values(archive, sum, count);
}

template <class Archive>
void value(Archive& archive, Is<FlowStats> auto& flow) {
  auto& [run, sample, completed_in_window, errors, latency, failure, completed_at_edge, offered_at_edge,
         latency_at_edge, windows, recoveries] = flow;
  values(archive, run, sample, completed_in_window, errors, latency, failure, completed_at_edge, offered_at_edge,
         latency_at_edge, windows, recoveries);
}

template <class Archive>
void value(Archive& archive, Is<Observations> auto& observed) {
  auto& [resources, flows, marks, spent_nano_usd, measured_from, measured_until, ended, events, fingerprint, entered,
         entered_completed, sampled_in_flight, in_flight, stopped, given_up, ends] = observed;
  static_cast<void>(ends);  // nobody asks for them of a run that is kept
  values(archive, resources, flows, marks, spent_nano_usd, measured_from, measured_until, ended, events, fingerprint,
         entered, entered_completed, sampled_in_flight, in_flight, stopped, given_up);
}

template <class Archive>
void value(Archive& archive, Is<Warmup> auto& warmup) {
  auto& [by, longest, stationary] = warmup;
  values(archive, by, longest, stationary);
}

template <class Archive>
void value(Archive& archive, Is<FinishedRun> auto& run) {
  auto& [warmup, observed] = run;
  values(archive, warmup, observed);
}

std::string to_bytes(const FinishedRun& run) {
  return written(run);
}

FinishedRun finished_run_of(std::string_view bytes) {
  return read_whole<FinishedRun>(bytes);
}

}  // namespace loadstone::store
