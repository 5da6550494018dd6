#include "sim/primitive/process_memory.hpp"

#include "sim/engine/deaths.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

std::unique_ptr<Resource> ProcessMemoryPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<ProcessMemory>(simulation, *this);
}

ProcessMemory::ProcessMemory(Simulation& simulation, const ProcessMemoryPlan& plan)
    : Resource(simulation, plan.row), plan_(plan) {
  while (instances_.size() < static_cast<std::size_t>(plan.members)) {
    add_instance();
  }
  if (plan.registry) {
    registry_.emplace(simulation, *plan.registry);
  }
}

void ProcessMemory::add_instance() {
  const bool relieved = simulation_.is_relieved(plan_.name);
  auto instance = std::make_unique<Instance>(relieved ? kUnlimitedUnits : static_cast<std::int64_t>(plan_.capacity));
  instance->label = "instance=" + std::to_string(instances_.size());
  instance->level.use(simulation_.now(), plan_.idle);
  instances_.push_back(std::move(instance));
}

Progress ProcessMemory::enter(Request& request) {
  const auto process = static_cast<std::int64_t>(request.attributes[plan_.process_attribute]);
  const std::int64_t number = process / plan_.processes;
  while (instances_.size() <= static_cast<std::size_t>(number)) {
    add_instance();  // an autoscaler has
  }
  Instance& instance = *instances_[static_cast<std::size_t>(number)];
  ++instance.level.arrivals;
  if (instance.away) {
    ++instance.level.refused;
    request.error = plan_.unavailable;
    return Progress::next;
  }
  if (instance.level.in_use() + plan_.per_request > instance.level.capacity()) {
    ++instance.level.refused;
    kill(instance, number, request);
    request.error = plan_.connection_lost;
    return Progress::next;
  }
  ++instance.level.granted;
  instance.level.use(simulation_.now(), plan_.per_request);
  // of no amount: bytes times nanoseconds are no hold's time
  simulation_.add_hold(request, {.at = this, .member = &instance, .since = {}, .amount = 0, .unit = instance.life});
  return Progress::next;
}

bool ProcessMemory::is_away(std::int64_t number) const {
  return static_cast<std::size_t>(number) < instances_.size() && instances_[static_cast<std::size_t>(number)]->away;
}

void ProcessMemory::kill(Instance& instance, std::int64_t number, const Request& last) {
  const SimTime now = simulation_.now();
  simulation_.count_mark(plan_.killed);
  ++instance.life;
  instance.level.use(now, -instance.level.in_use());
  instance.away = true;
  if (registry_) {
    registry_->lost(number);
  }
  simulation_.kernel().schedule(now + plan_.boot, Phase::expire,
                                {&ProcessMemory::on_back, this, static_cast<std::uint64_t>(number)});
  die(simulation_, {.error = plan_.connection_lost,
                    .is_unit = [&](const Hold& hold) { return hold.member == &instance && hold.at == this; },
                    .running = &last});
}

void ProcessMemory::on_back(void* self, std::uint64_t number) {
  ProcessMemory& memory = *static_cast<ProcessMemory*>(self);
  Instance& instance = *memory.instances_[number];
  instance.away = false;
  if (memory.registry_) {
    memory.registry_->back(static_cast<std::int64_t>(number));
  }
  instance.level.use(memory.simulation_.now(), memory.plan_.idle);
}

void ProcessMemory::release(const Hold& hold) {
  Instance& instance = static_cast<Instance&>(*hold.member);
  if (hold.unit == instance.life) {
    instance.level.use(simulation_.now(), -plan_.per_request);
  }
  ++instance.level.completed;
}

void ProcessMemory::for_each_member(const std::function<void(const Member&)>& visit) const {
  for (const auto& instance : instances_) {
    visit(*instance);
  }
}

}  // namespace loadstone
