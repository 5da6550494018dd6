// sim/resource/connections.hpp
//
// Taking a connection out of a pool and giving it back: what connection_pool and pgbouncer have in common.
#pragma once

#include <functional>
#include <vector>

#include "sim/model/lowerer.hpp"

namespace loadstone {

struct PoolRows {
  ResourceIndex slots = 0;
  ResourceIndex store = 0;
};

// A number of connections that several pools share. Who opens one when there is no room closes the one of them that has
// been idle longest, or waits.
struct ConnectionCap {
  ResourceIndex slots = 0;
  std::vector<ResourceIndex> stores;
};

// How a pool comes by a connection when none is idle.
struct Opening {
  bool one_by_one = false;                // the store opens them, one at a time; else each request opens its own
  std::optional<Duration> deadline = {};  // of a request that opens its own, from when it came for its slot
  ErrorId timed_out = kNoError;
  const ConnectionCap* cap = nullptr;     // one_by_one
  std::function<void()> check_idle = {};  // emits what an idle connection is asked before it is used
};

// Takes a slot, then an idle connection or a new one to `server`.
void emit_check_out(Lowerer& lowerer, const PoolRows& rows, ConnectionServer& server, const std::string& user,
                    const std::string& database, const Opening& opening);
void emit_check_in(Lowerer& lowerer, const PoolRows& rows);

}  // namespace loadstone
