// sim/primitive/process_memory.hpp
//
// The memory of a service's instances, each with a limit: what an instance needs when it is idle, and more for each
// request inside. The request for which there is no room kills its instance, as the kernel's out-of-memory killer does:
// with everything inside, and itself.
//
// Levels. `in use` is bytes of an instance; refused are those who found it gone or killed it.
// List.   With a registry requests find out late that an instance is gone (registry.hpp).
// Back.   A killed instance has nothing for `boot`; then it is there again, idle, before the arrivals of that instant.
#pragma once

#include <memory>
#include <vector>

#include "sim/primitive/registry.hpp"

namespace loadstone {

struct ProcessMemoryPlan : ResourcePlan {  // capacity: bytes of one instance
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::uint16_t process_attribute = 0;
  std::int64_t processes = 1;    // of one instance
  std::int64_t idle = 0;         // bytes of an instance
  std::int64_t per_request = 0;  // bytes
  Duration boot;
  ErrorId unavailable = kNoError;
  ErrorId connection_lost = kNoError;
  std::uint32_t killed = 0;              // mark
  std::optional<RegistryPlan> registry;  // absent: all are always in the list
};

class ProcessMemory final : public Resource {
 public:
  ProcessMemory(Simulation& simulation, const ProcessMemoryPlan& plan);

  // The request comes into the process that it has picked; or request.error is set.
  Progress enter(Request& request);
  // Whether the instance has been killed and is not back.
  [[nodiscard]] bool is_away(std::int64_t number) const;
  void release(const Hold& hold) override;
  void for_each_member(const std::function<void(const Member&)>& visit) const override;
  [[nodiscard]] bool is_held() const override { return false; }

 private:
  struct Instance final : Member {
    using Member::Member;
    bool away = false;      // killed, and not back
    std::int64_t life = 0;  // how often it was killed
  };

  void add_instance();
  void kill(Instance& instance, std::int64_t number, const Request& last);
  static void on_back(void* memory, std::uint64_t number);

  const ProcessMemoryPlan& plan_;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::optional<Registry> registry_;
};

}  // namespace loadstone
