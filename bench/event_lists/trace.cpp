#include "bench/event_lists/trace.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "sim/engine/simulation.hpp"
#include "sim/experiment/horizon.hpp"
#include "sim/kernel/native_kernel.hpp"
#include "sim/run/replication.hpp"
#include "src/load/loader.hpp"

namespace loadstone::bench {

namespace {

class RecordingKernel final : public NativeKernel {
 public:
  RecordingKernel(Trace& trace, const TraceRequest& request)
      : trace_(trace), timed_(request.timed), full_at_(SimTime{} + whole_ns(request.fill_s * 1e9)) {}

  bool cancel(EventId id) override {
    const bool cancelled = NativeKernel::cancel(id);
    if (cancelled && !finished()) {
      note({{}, id.slot, Operation::kCancel});
      --trace_.pending;
    }
    return cancelled;
  }

 protected:
  EventId schedule_call(SimTime at, Phase phase, Action::Function function, void* object,
                        std::uint64_t argument) override {
    const EventId id = NativeKernel::schedule_call(at, phase, function, object, argument);
    if (!finished()) {
      note({at, id.slot, static_cast<std::uint8_t>(phase)});
      trace_.slots = std::max<std::size_t>(trace_.slots, id.slot + 1);
      ++trace_.pending;
    }
    return id;
  }

 private:
  // Before it, the events that have run since the last one.
  void note(const Operation& operation) {
    std::vector<Operation>& operations = trace_.operations;
    for (; popped_ < events(); ++popped_) {
      operations.push_back({{}, 0, Operation::kPop});
      --trace_.pending;
    }
    if (trace_.timed_from == 0 && now() >= full_at_) {
      trace_.timed_from = operations.size();
    }
    operations.push_back(operation);
    if (trace_.timed_from > 0 && operations.size() - trace_.timed_from >= timed_) {
      finish();
    }
  }

  Trace& trace_;
  std::size_t timed_;
  SimTime full_at_;
  std::uint64_t popped_ = 0;
};

load::Loaded load_model(const TraceRequest& request, const std::string& folder) {
  Diagnostics diagnostics;
  std::optional<load::Loaded> loaded;
  const auto inputs = load::read_inputs(folder + "/" + request.model + ".yaml",
                                        folder + "/" + request.model + "-load.yaml", diagnostics);
  if (inputs) {
    loaded = load::compile(*inputs, {request.set.begin(), request.set.end()}, diagnostics);
  }
  if (!loaded || !diagnostics.ok()) {
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics.sorted()) {
      text += to_string(diagnostic);
    }
    throw std::runtime_error(text);
  }
  return std::move(*loaded);
}

}  // namespace

Trace record(const TraceRequest& request, const std::string& folder) {
  const load::Loaded loaded = load_model(request, folder);
  Trace trace;
  trace.name = request.name;
  RecordingKernel kernel(trace, request);
  static_cast<void>(run_replication_on(kernel, loaded.model, {}, horizon_of(loaded.workload, loaded.model)));
  return trace;
}

}  // namespace loadstone::bench
