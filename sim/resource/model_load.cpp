#include "sim/resource/model_load.hpp"

#include "sim/engine/interpreter.hpp"
#include "sim/engine/scopes.hpp"
#include "sim/primitive/model_loader.hpp"
#include "sim/resource/slots_steps.hpp"

namespace loadstone {

namespace {

const ModelLoad& plan_of(const Op& op) {
  return *static_cast<const ModelLoad*>(op.plan);
}

ModelLoader& loader_of(Simulation& simulation, const Op& op) {
  return simulation.resource<ModelLoader>(*plan_of(op).loader);
}

Progress op_pick_model(Simulation&, Request& request, const Op& op) {
  const ModelLoad& plan = plan_of(op);
  request.attributes[static_cast<std::size_t>(plan.model_attribute)] = static_cast<double>(plan.model);
  return Progress::next;
}

// The frame: a is 1 while the model is used by this request, b is where it is. A model in memory needs no scheduler:
// the request goes on at `target`.
Progress op_model(Simulation& simulation, Request& request, const Op& op) {
  ModelLoader& loader = loader_of(simulation, op);
  ModelLoader::Memory& memory = loader.memory_of(request);
  Frame& frame = push_frame(request, op);
  frame.b = reinterpret_cast<std::int64_t>(&memory);
  if (!loader.use(memory, plan_of(op).model)) {
    return loader.acquire(request, 1);
  }
  frame.a = 1;
  request.pc = &simulation.model().program[op.target];
  return Progress::next;
}

ModelLoader::Memory& memory_of(const Frame& frame) {
  return *reinterpret_cast<ModelLoader::Memory*>(frame.b);
}

// At the head of the line: another may have loaded the model meanwhile. Comes back here when there may be room.
Progress op_load(Simulation& simulation, Request& request, const Op& op) {
  ModelLoader& loader = loader_of(simulation, op);
  Frame& frame = request.frames.back();
  if (loader.use(memory_of(frame), plan_of(op).model)) {
    frame.a = 1;
    request.pc = &simulation.model().program[op.target];
    return Progress::next;
  }
  if (!loader.make_room(memory_of(frame), request)) {
    request.pc = &op;
    return Progress::waits;
  }
  simulation.doing(request, Doing::served, *plan_of(op).loader);
  const Duration time = plan_of(op).time.duration(simulation, request, op.site);
  const ResourcePlan& plan = *simulation.model().resources[*plan_of(op).loader];
  simulation.wake_at(request, plan.end_of(simulation.now(), time), Phase::release);
  return Progress::waits;
}

Progress op_loaded(Simulation& simulation, Request& request, const Op& op) {
  Frame& frame = request.frames.back();
  loader_of(simulation, op).loaded(memory_of(frame), plan_of(op).model);
  frame.a = 1;
  return Progress::next;
}

bool unwind_model(Simulation& simulation, Request&, const Op& op, const Frame& frame) {
  if (frame.a != 0) {
    loader_of(simulation, op).end_use(memory_of(frame), plan_of(op).model);
  }
  return false;
}

Progress op_model_end(Simulation& simulation, Request& request, const Op& op) {
  loader_of(simulation, op).end_use(memory_of(request.frames.back()), plan_of(op).model);
  return op_scope_end(simulation, request, op);
}

}  // namespace

void emit_model_begin(Lowerer& lowerer, const ModelLoad& load) {
  const ModelLoad* plan = lowerer.builder().keep(load);
  if (load.model_attribute >= 0) {
    lowerer.emit({.execute = &op_pick_model, .plan = plan});
  }
  if (!load.loader) {
    return;
  }
  const std::uint32_t begin = lowerer.emit({.execute = &op_model, .unwind = &unwind_model, .plan = plan, .told = true});
  const std::uint32_t look = lowerer.emit({.execute = &op_load, .plan = plan}, "llm.load_time");
  lowerer.emit({.execute = &op_loaded, .plan = plan});
  lowerer.land(look);
  emit_release(lowerer, *load.loader);
  lowerer.land(begin);
}

void emit_model_end(Lowerer& lowerer, const ModelLoad& load) {
  if (load.loader) {
    lowerer.emit({.execute = &op_model_end, .plan = lowerer.builder().keep(load)});
  }
}

}  // namespace loadstone
