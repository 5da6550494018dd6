// tests/negative/mutants/broken_slots.hpp
//
// Engines broken on purpose. A mutant takes the place of one resource of a model that the loader has compiled; all else
// is the real engine, and the checker that must catch it is the one that validation or every run uses.
#pragma once

#include <memory>
#include <string_view>

#include "sim/primitive/slots.hpp"
#include "tests/support/model_from_text.hpp"

namespace loadstone::test {

// Makes the resource `name` a Broken (a subclass of Slots). REQUIRES: it is a plain semaphore.
template <class Broken>
void break_semaphore(load::Loaded& loaded, std::string_view name) {
  struct BrokenPlan final : SlotsPlan {
    [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override {
      return std::make_unique<Broken>(simulation, *this);
    }
  };
  const RowId row = row_of(loaded.model, name);
  const auto& sound = static_cast<const SlotsPlan&>(*loaded.model.resources[row]);
  auto broken = std::make_unique<BrokenPlan>();
  broken->name = sound.name;
  broken->kind = sound.kind;
  broken->capacity = sound.capacity;
  broken->row = row;
  broken->discipline = sound.discipline;
  broken->queue_limit = sound.queue_limit;
  broken->patience = sound.patience;
  broken->refused = sound.refused;
  broken->timed_out = sound.timed_out;
  loaded.model.resources[row] = std::move(broken);
}

}  // namespace loadstone::test
