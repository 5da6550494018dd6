// sim/resource/connections.hpp
//
// Taking a connection out of a pool and giving it back: what connection_pool and pgbouncer have in common.
#pragma once

#include "sim/model/lowerer.hpp"

namespace loadstone {

struct PoolRows {
  ResourceIndex slots = 0;
  ResourceIndex store = 0;
};

// Takes a slot, then an idle connection, or opens one to `server`.
void emit_check_out(Lowerer& lowerer, const PoolRows& rows, ConnectionServer& server, const std::string& user,
                    const std::string& database);
void emit_check_in(Lowerer& lowerer, const PoolRows& rows);

}  // namespace loadstone
