// sim/primitive/group_commit.hpp
//
// The flush of a write-ahead log: one at a time; all commits that have come before a flush begins share it, those that
// come during it wait for the next.
//
// Levels. `in use` is 1 while a flush runs; the line is those who wait for one to begin.
#pragma once

#include <vector>

#include "sim/engine/resource.hpp"
#include "sim/random/distribution.hpp"

namespace loadstone {

struct GroupCommitPlan : ResourcePlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  Distribution flush;  // ns
};

class GroupCommit final : public Resource {
 public:
  GroupCommit(Simulation& simulation, const GroupCommitPlan& plan);

  Progress commit(Request& request);
  void leave_line(Request& request) override;
  // The flush goes on without it.
  bool evict(Request& request) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override { visit(log_); }
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  void begin_flush();
  void join_flush(Request& request);
  static void on_flushed(void* log, std::uint64_t);

  const GroupCommitPlan& plan_;
  Member log_;
  std::vector<Request*> flushing_;
  std::vector<Request*> next_;
  std::uint64_t flushes_ = 0;
  Key key_;
  bool relieved_;
};

}  // namespace loadstone
