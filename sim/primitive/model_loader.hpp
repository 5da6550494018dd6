// sim/primitive/model_loader.hpp
//
// Ollama's scheduler: which models are in memory, and the line of requests whose model is not. One request at a time is
// looked at; while its model is loaded, or room is made for it, all behind it wait, whichever model they want.
//
// Order.  A request whose model is in memory never comes here. A model leaves memory when nobody has used it for
//         `keep_alive`, or when room is needed and nobody uses it: the one unused for longest. If all are in use the
//         head of the line waits for the first that is not; that one leaves at once, whoever comes for it then. It
//         waits on if its client goes.
// Levels. One unit, held by the request that is looked at. `queue_limit` is what may wait behind it.
// Not.    It does not generate: the model's slots do.
#pragma once

#include <vector>

#include "sim/primitive/slots.hpp"

namespace loadstone {

struct ModelLoaderPlan : SlotsPlan {
  ModelLoaderPlan() { capacity = 1; }
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::size_t models = 1;
  std::int64_t most_loaded = 3;
  Duration keep_alive;
};

class ModelLoader final : public Slots {
 public:
  ModelLoader(Simulation& simulation, const ModelLoaderPlan& plan);

  // Where a member's models are; of the request, by its attributes.
  class Memory;
  [[nodiscard]] Memory& memory_of(const Request& request);
  // Whether the model is in memory: then it is used by one more, until end_use().
  [[nodiscard]] bool use(Memory& memory, std::size_t model) const;
  void end_use(Memory& memory, std::size_t model) const;
  // Whether there is room to load another model. If not, the request is woken when there may be.
  [[nodiscard]] bool make_room(Memory& memory, Request& request) const;
  // The model is in memory, and used by one.
  void loaded(Memory& memory, std::size_t model) const;
  // No model is in memory any more.
  void lose_server(bool forgets) override;

 private:
  const ModelLoaderPlan& loader_;
  bool unlimited_;
};

}  // namespace loadstone
