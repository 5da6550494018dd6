// sim/resource/postgres_replicas.hpp
//
// The streaming replicas of a Postgres server: alike, each with cores of its own and one process that replays the log.
//
// Lag.  All get the same log at the same rate, so one row stands for all: its line and its service are the lag.
// Reads. A statement goes to one of them, at random.
#pragma once

#include "sim/model/lowerer.hpp"

namespace loadstone {

struct ReplicaRows {
  std::optional<ResourceIndex> cpu;     // where they take reads
  std::optional<ResourceIndex> replay;  // where they lag
  ByteRate replay_rate;
  std::uint32_t stale_reads = 0;  // mark
  std::int64_t count = 0;
};

// What a statement computes, on one of the replicas.
void emit_replica_work(Lowerer& lowerer, const ReplicaRows& rows, const TimeLaw& cpu);
// Sends what was written to the replicas; nobody waits for them.
void emit_ship(Lowerer& lowerer, const ReplicaRows& rows, const SizeLaw& wal);

}  // namespace loadstone
