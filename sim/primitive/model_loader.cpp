#include "sim/primitive/model_loader.hpp"

#include <algorithm>
#include <utility>

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> ModelLoaderPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<ModelLoader>(simulation, *this);
}

class ModelLoader::Memory final : public Slots::Line {
 public:
  using Line::Line;
  struct Model {
    bool loaded = false;
    std::int64_t users = 0;
    SimTime unused_since;
  };
  std::vector<Model> models;
  Request* wants_room = nullptr;
};

ModelLoader::ModelLoader(Simulation& simulation, const ModelLoaderPlan& plan)
    : Slots(simulation, plan, &make_line<Memory>), loader_(plan), unlimited_(simulation.is_relieved(plan.name)) {}

ModelLoader::Memory& ModelLoader::memory_of(const Request& request) {
  auto& memory = static_cast<Memory&>(lines_.of(request));
  memory.models.resize(loader_.models);
  return memory;
}

bool ModelLoader::use(Memory& memory, std::size_t index) const {
  Memory::Model& model = memory.models[index];
  const bool expired = model.users == 0 && simulation_.now() >= model.unused_since + loader_.keep_alive;
  model.loaded = model.loaded && !expired;
  model.users += model.loaded ? 1 : 0;
  return model.loaded;
}

void ModelLoader::end_use(Memory& memory, std::size_t index) const {
  Memory::Model& model = memory.models[index];
  if (--model.users > 0) {
    return;
  }
  model.unused_since = simulation_.now();
  if (Request* waiter = std::exchange(memory.wants_room, nullptr)) {
    model.loaded = false;
    simulation_.wake(*waiter, Phase::release);
  }
}

bool ModelLoader::make_room(Memory& memory, Request& request) const {
  Memory::Model* oldest = nullptr;
  std::int64_t loaded = 0;
  for (Memory::Model& model : memory.models) {
    if (!model.loaded) {
      continue;
    }
    ++loaded;
    if (model.users == 0 && (oldest == nullptr || model.unused_since < oldest->unused_since)) {
      oldest = &model;
    }
  }
  if (unlimited_ || loaded < loader_.most_loaded) {
    return true;
  }
  if (oldest == nullptr) {
    memory.wants_room = &request;
    return false;
  }
  oldest->loaded = false;
  return true;
}

void ModelLoader::loaded(Memory& memory, std::size_t index) const {
  memory.models[index].loaded = true;
  ++memory.models[index].users;
}

void ModelLoader::lose_server(bool) {
  for (const auto& memory : lines_.all()) {
    for (Memory::Model& model : static_cast<Memory&>(*memory).models) {
      model.loaded = false;
    }
  }
}

}  // namespace loadstone
