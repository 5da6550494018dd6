// sim/engine/server_line.hpp
//
// A capability of a resource: those in its line are in the middle of a server's work, which goes on waiting when its
// client has gone. Elsewhere a line is the client's own, and whoever gives up leaves it.
#pragma once

namespace loadstone {

class ServerLine {
 public:
  virtual ~ServerLine() = default;
};

}  // namespace loadstone
