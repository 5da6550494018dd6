#include "src/store/row_bytes.hpp"

#include "src/store/values.hpp"

namespace loadstone {

// Beside the structs, where the lists of bytes.hpp look for them.
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

namespace loadstone::store {

template <class Archive>
void value(Archive& archive, Is<report::RunRow> auto& row) {
  auto& [seed, replication, simulated_s, events, fingerprint, flows, resources] = row;
  values(archive, seed, replication, simulated_s, events, fingerprint, flows, resources);
}

template <class Archive>
void value(Archive& archive, Is<report::SearchRow> auto& row) {
  auto& [seed, axis, at, throughput_per_s, limited_by, first, cause, why, json] = row;
  values(archive, seed, axis, at, throughput_per_s, limited_by, first, cause, why, json);
}

std::string to_bytes(const RunFound& found) {
  ByteWriter out;
  values(out, found.row, found.bytes);
  return out.take();
}

RunFound run_found_of(std::string_view bytes) {
  ByteReader in(bytes);
  RunFound found;
  values(in, found.row, found.bytes);
  in.expect_end();
  return found;
}

std::string to_bytes(const report::SearchRow& row) {
  ByteWriter out;
  value(out, row);
  return out.take();
}

report::SearchRow search_row_of(std::string_view bytes) {
  ByteReader in(bytes);
  report::SearchRow row;
  value(in, row);
  in.expect_end();
  return row;
}

}  // namespace loadstone::store
