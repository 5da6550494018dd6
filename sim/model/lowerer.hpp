// sim/model/lowerer.hpp
//
// Where a step or a resource kind is while it lowers itself into operations: which flow, which service runs it, which
// connection is held; and the program that grows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/engine/drawn.hpp"
#include "sim/engine/op.hpp"
#include "sim/model/model_builder.hpp"
#include "sim/model/stores_and_models.hpp"

namespace loadstone {

struct Backoff;

// What a back-off is at run time.
[[nodiscard]] Backoff lower_backoff(const BackoffSpec& spec);

class Lowerer {
 public:
  Lowerer(ModelBuilder& builder, const FlowSpec& flow, BuiltResource* service);

  [[nodiscard]] ModelBuilder& builder() { return builder_; }
  [[nodiscard]] Diagnostics& diagnostics() { return builder_.diagnostics(); }
  [[nodiscard]] const FlowSpec& flow() const { return flow_; }
  [[nodiscard]] BuiltResource* service() const { return service_; }
  [[nodiscard]] Runner* runner() const { return runner_; }

  // Appends an operation; its index. `what` names its draws ("cpu", "llm.output_tokens").
  std::uint32_t emit(Op op, std::string_view what = {});
  // The next operation's index.
  [[nodiscard]] std::uint32_t here() const;
  // Makes operation `op` jump to the next one to come.
  void land(std::uint32_t op);

  // What has been emitted since `first` is one piece of a server's work: it is done to its end even if the client that
  // asked for it gives up meanwhile (see scopes.hpp).
  void served_since(std::uint32_t first);

  // While one lives, what is emitted is done at that resource, for one thing that the request comes for and that is
  // called `what`: a fault fails the request when it comes, or holds it up, or hits it while it is there.
  class At {
   public:
    At(Lowerer& lowerer, const ResourceSpec& resource, std::string_view what);
    At(const At&) = delete;
    At& operator=(const At&) = delete;
    ~At();

   private:
    Lowerer& lowerer_;
    OutagePlan* outage_;
    std::uint32_t first_;
  };

  // Steps with their modifiers. `at_end`: nothing of the flow comes behind them, so the last is in tail position.
  void lower_steps(std::span<const StepSpec> steps, bool at_end = false);
  // A tail position: the last of the flow's own list, outside any scope.
  [[nodiscard]] bool is_tail() const { return tail_; }

  // The step being lowered; nullptr between steps.
  [[nodiscard]] const StepSpec* step() const { return step_; }
  // Of draws of the present step, called `what`.
  [[nodiscard]] Key site(std::string_view what) const;
  [[nodiscard]] Place place() const { return step_ == nullptr ? flow_.place : step_->place; }
  void error(const std::string& message, std::vector<std::string> notes = {});
  // How an operation gets a law's value.
  [[nodiscard]] Drawn drawn(const Law& law);

  // Connections that `hold` steps around this one have taken, innermost last.
  struct HeldConnection {
    ConnectionSource* pool;
    BuiltResource* resource;
    bool transaction;
  };
  std::vector<HeldConnection> connections;

  // What `acquire` steps have taken on every way that leads here, the latest last.
  using Taken = std::vector<const BuiltResource*>;
  void take(const BuiltResource* resource) { taken_.push_back(resource); }
  void give_back(const BuiltResource* resource, const Reference& written);
  [[nodiscard]] const Taken& taken() const { return taken_; }
  void set_taken(Taken taken) { taken_ = std::move(taken); }
  // Another way leads here, on which this was taken.
  void merge_taken(const Taken& other);

 private:
  void lower_step(const StepSpec& step);
  void lower_handled(const StepSpec& step);
  void lower_retried(const StepSpec& step);
  void lower_timed(const StepSpec& step);

  ModelBuilder& builder_;
  const FlowSpec& flow_;
  BuiltResource* service_;
  Runner* runner_;
  const StepSpec* step_ = nullptr;
  bool tail_ = false;
  Taken taken_;
};

}  // namespace loadstone
