// sim/primitive/sharing_station.hpp
//
// A station under processor sharing: everybody is served at once, each by at most one server's worth.
//
// Levels. `in use` counts the requests up to the number of servers, the others are the line.
#pragma once

#include "sim/engine/member_array.hpp"
#include "sim/engine/resource.hpp"

namespace loadstone {

struct SharingStationPlan : ResourcePlan {
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;
  [[nodiscard]] std::uint32_t parts_with_speed() const override { return 1; }
};

class SharingStation final : public Resource {
 public:
  SharingStation(Simulation& simulation, const SharingStationPlan& plan);

  // REQUIRES: work >= 0.
  Progress visit(Request& request, Duration work);
  bool interrupt(Request& request) override;
  void set_slowness(std::uint32_t part, double factor) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  struct Servers : Member {
    Servers(std::int64_t servers, JobClassId c) : Member(servers), job_class(c) {}
    JobClassId job_class;
    std::int64_t jobs = 0;
  };

  void leave(Request& request);
  static void on_done(void* station, std::uint64_t request);

  const SharingStationPlan& plan_;
  MemberArray<Servers> members_;
};

}  // namespace loadstone
