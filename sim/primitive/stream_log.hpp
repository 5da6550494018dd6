// sim/primitive/stream_log.hpp
//
// The entries that a stream keeps, read or not: its length. The primitive under the kind `stream`, beside a
// MessageQueue for each of its groups.
//
// Levels. `in use` is the length in entries; arrivals are entries added. At its capacity (MAXLEN) the oldest goes as
// the
//         newest comes, so that the length stays.
// Not.    It holds no entries: what a group has not read is ready in that group's queue, which is as long at most.
#pragma once

#include "sim/engine/resource.hpp"

namespace loadstone {

struct StreamLogPlan : ResourcePlan {
  StreamLogPlan() {
    in_bound = false;  // its level is no time in which it is busy
    judged = false;    // to be at its MAXLEN is no shortage
  }
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;
};

class StreamLog final : public Resource {
 public:
  StreamLog(Simulation& simulation, const StreamLogPlan& plan);

  void append();
  void for_each_member(const std::function<void(const Member&)>& visit) const override { visit(member_); }
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  Member member_;
};

}  // namespace loadstone
