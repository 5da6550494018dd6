// sim/primitive/token_batch.hpp
//
// Continuous batching, as vLLM schedules it: requests are generated for in steps, each of which computes one token of
// every running request, or a piece of a prompt, and takes the longer the more there is in it.
//
// Step.   At most `budget` tokens. First those who run, in the order in which they came; a prompt gets what is left of
//         the budget. A token needs a place in memory: where there is none, the newest who runs is put back, with all
//         of its tokens to be computed again. Then, if nobody was put back, those in line, first come first served, as
//         long as there are places, budget and memory. Who has all his tokens leaves at the end of the step.
// Order.  A step ends in Phase::release; the next begins at the same instant in Phase::arrival, after who arrives then
//         and was planned before. Who is put back stands before all in line who came later.
// Time.   step + prefill x tokens of prompts + sequence x requests that get a token + kv x tokens in memory.
// Levels. `in use` are those who run; the hold is the time in which a request did.
// Relieved. Each request is computed as if it were alone: no limit of places, and its demand is that time.
// Not.    Blocks of memory (it counts tokens), a prefix cache, priorities, swapping.
#pragma once

#include <unordered_map>
#include <vector>

#include "sim/primitive/slots.hpp"
#include "sim/primitive/unlimited.hpp"

namespace loadstone {

struct TokenBatchPlan : SlotsPlan {                        // capacity: requests that run at a time
  TokenBatchPlan() { discipline = Discipline::priority; }  // by their place, so that one can be put back
  [[nodiscard]] std::unique_ptr<Resource> instantiate(Simulation& simulation) const override;

  std::int64_t budget = 2048;
  std::int64_t memory = kUnlimitedUnits;  // tokens
  Duration step;                          // above zero
  Duration prefill;
  Duration sequence;
  Duration kv;
  ErrorId too_long = kNoError;
  std::uint32_t preempted = 0;  // mark
};

class TokenBatch final : public Slots {
 public:
  TokenBatch(Simulation& simulation, const TokenBatchPlan& plan);

  // Computes a prompt and generates tokens. A request that memory can never hold fails.
  Progress generate(Request& request, std::int64_t prompt, std::int64_t output);
  void leave_line(Request& request) override;
  bool interrupt(Request& request) override;

 private:
  struct Sequence {
    Request* request = nullptr;
    SimTime came;
    std::int64_t wanted = 0;     // tokens to be in memory before the next is generated
    std::int64_t computed = 0;   // tokens in memory
    std::int64_t left = 0;       // tokens to be generated
    std::int64_t scheduled = 0;  // tokens of this step
    bool decodes = false;        // has its prompt in memory
    Duration served{};           // before it was put back
  };
  struct Batch;

  void plan_step(Batch& batch);
  void begin_step(Batch& batch);
  [[nodiscard]] bool make_room(Batch& batch, std::size_t index, std::int64_t tokens);
  void admit(Batch& batch, std::int64_t& budget);
  void run(Request& request, Batch& batch);
  void stop(Sequence& sequence, Batch& batch);
  void put_back(Batch& batch);
  void finish(Request& request, Batch& batch);
  void end_step(Batch& batch);
  [[nodiscard]] Duration step_time(const Batch& batch) const;
  [[nodiscard]] Duration time_alone(std::int64_t prompt, std::int64_t output) const;
  static void on_begin(void* self, std::uint64_t batch);
  static void on_end(void* self, std::uint64_t batch);
  static void on_alone(void* self, std::uint64_t request);

  const TokenBatchPlan& batch_;
  bool unlimited_;
  std::unordered_map<const Request*, Sequence> sequences_;
};

}  // namespace loadstone
