#include "src/store/row_bytes.hpp"

#include "src/store/values.hpp"

namespace loadstone {

// Beside the structs, where values.hpp looks for them.
template <class Archive>
void value(Archive& archive, store::Is<Interval> auto& interval) {
  auto& [lo, hi] = interval;
  store::values(archive, lo, hi);
}

template <class Archive>
void value(Archive& archive, store::Is<Estimate> auto& estimate) {
  auto& [number, ci, why] = estimate;
  store::values(archive, number, ci, why);
}

}  // namespace loadstone

namespace loadstone::report {

template <class Archive>
void value(Archive& archive, store::Is<RunRow> auto& row) {
  auto& [seed, replication, simulated_s, events, fingerprint, flows, resources] = row;
  store::values(archive, seed, replication, simulated_s, events, fingerprint, flows, resources);
}

template <class Archive>
void value(Archive& archive, store::Is<SearchRow> auto& row) {
  auto& [seed, axis, at, throughput_per_s, limited_by, first, cause, why, json] = row;
  store::values(archive, seed, axis, at, throughput_per_s, limited_by, first, cause, why, json);
}

}  // namespace loadstone::report

namespace loadstone::store {

template <class Archive>
void value(Archive& archive, Is<RunFound> auto& found) {
  auto& [row, bytes] = found;
  values(archive, row, bytes);
}

std::string to_bytes(const RunFound& found) {
  return written(found);
}

RunFound run_found_of(std::string_view bytes) {
  return read_whole<RunFound>(bytes);
}

std::string to_bytes(const report::SearchRow& row) {
  return written(row);
}

report::SearchRow search_row_of(std::string_view bytes) {
  return read_whole<report::SearchRow>(bytes);
}

}  // namespace loadstone::store
