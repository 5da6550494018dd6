// src/store/run_bytes.hpp
//
// What one replication left behind, as bytes that any process of the same program reads back to the same values: for
// the store, and between the processes of a sweep.
//
// Size.  About 10 to 40 KB for twenty resources: counts are short, and only histogram buckets that hold something are
//        there.
// Fails. finished_run_of throws CorruptBytes for what to_bytes never writes.
#pragma once

#include <string>
#include <string_view>

#include "sim/experiment/warmup.hpp"
#include "sim/observe/observations.hpp"

namespace loadstone::store {

// What is known after a replication of a sweep's point: how much was discarded and why, and what was seen.
struct FinishedRun {
  Warmup warmup;
  Observations observed;
};

[[nodiscard]] std::string to_bytes(const FinishedRun& run);
[[nodiscard]] FinishedRun finished_run_of(std::string_view bytes);

}  // namespace loadstone::store
