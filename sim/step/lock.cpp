// lock: runs steps under a lock.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Lock {
  Reference lock;
  std::vector<StepSpec> steps;
};

const FieldTable& fields() {
  static const FieldTable table = FieldTable::of<Lock>()
                                      .field("lock", &Lock::lock, "The lock: a redis_lock.")
                                      .field("do", &Lock::steps, "What is done under it.", {.beside = true});
  return table;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& lock = step.as<Lock>();
  auto* lockable = lowerer.builder().resource_that_can<Lockable>(lock.lock, "be locked");
  if (lockable == nullptr) {
    return;
  }
  lockable->lower_lock(lowerer);
  lowerer.lower_steps(lock.steps);
  lockable->lower_unlock(lowerer);
}

}  // namespace

const StepKind& lock_step() {
  static const StepKind kind{"lock", "Runs steps under a lock.", fields, "lock", lower};
  return kind;
}

}  // namespace loadstone
