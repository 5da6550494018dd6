#include "sim/primitive/token_batch.hpp"

#include <algorithm>

#include "sim/engine/simulation.hpp"

namespace loadstone {

std::unique_ptr<Resource> TokenBatchPlan::instantiate(Simulation& simulation) const {
  return std::make_unique<TokenBatch>(simulation, *this);
}

struct TokenBatch::Batch final : Slots::Line {
  using Line::Line;
  std::vector<Sequence*> running;  // in the order in which they came
  std::int64_t in_memory = 0;      // tokens
  bool stepping = false;
};

TokenBatch::TokenBatch(Simulation& simulation, const TokenBatchPlan& plan)
    : Slots(simulation, plan, &make_line<Batch>), batch_(plan), unlimited_(simulation.is_relieved(plan.name)) {}

Progress TokenBatch::generate(Request& request, std::int64_t prompt, std::int64_t output) {
  auto& batch = static_cast<Batch&>(lines_.of(request));
  ++batch.level.arrivals;
  prompt = std::max<std::int64_t>(1, prompt);
  output = std::max<std::int64_t>(1, output);
  if (prompt + output - 1 > batch_.memory) {
    ++batch.level.refused;
    request.error = batch_.too_long;
    return Progress::next;
  }
  sequences_[&request] = {.request = &request, .came = simulation_.now(), .wanted = prompt, .left = output};
  if (unlimited_) {
    run(request, batch);
    request.wake =
        simulation_.kernel().schedule(simulation_.now() + time_alone(prompt, output), Phase::release,
                                      {&TokenBatch::on_alone, this, reinterpret_cast<std::uint64_t>(&request)});
    return Progress::waits;
  }
  join_line(request, batch, 1, 0, {});
  if (!batch.stepping) {
    plan_step(batch);
  }
  return Progress::waits;
}

// --- steps --------------------------------------------------------------------------------------------------------

void TokenBatch::plan_step(Batch& batch) {
  batch.stepping = true;
  simulation_.kernel().schedule(simulation_.now(), Phase::arrival,
                                {&TokenBatch::on_begin, this, reinterpret_cast<std::uint64_t>(&batch)});
}

void TokenBatch::on_begin(void* self, std::uint64_t batch) {
  static_cast<TokenBatch*>(self)->begin_step(*reinterpret_cast<Batch*>(batch));
}

void TokenBatch::begin_step(Batch& batch) {
  std::int64_t budget = batch_.budget;
  bool has_put_back = false;
  for (std::size_t i = 0; i < batch.running.size() && budget > 0; ++i) {
    Sequence& sequence = *batch.running[i];
    const std::int64_t tokens = std::min(sequence.wanted - sequence.computed, budget);
    const std::size_t before = batch.running.size();
    const bool has_room = make_room(batch, i, tokens);
    has_put_back = has_put_back || batch.running.size() < before;
    if (!has_room) {
      break;  // it was the newest itself
    }
    sequence.scheduled = tokens;
    batch.in_memory += tokens;
    budget -= tokens;
  }
  if (!has_put_back) {
    admit(batch, budget);
  }
  batch.stepping = !batch.running.empty();
  if (batch.stepping) {
    simulation_.kernel().schedule(plan_.end_of(simulation_.now(), step_time(batch)), Phase::release,
                                  {&TokenBatch::on_end, this, reinterpret_cast<std::uint64_t>(&batch)});
  }
}

// Puts back the newest until there is room for the one at `index`; false if that is the newest and is put back itself.
bool TokenBatch::make_room(Batch& batch, std::size_t index, std::int64_t tokens) {
  while (batch.in_memory + tokens > batch_.memory) {
    put_back(batch);
    if (batch.running.size() <= index) {
      return false;
    }
  }
  return true;
}

void TokenBatch::admit(Batch& batch, std::int64_t& budget) {
  while (!batch.queue.empty() && batch.level.in_use() < batch.level.capacity() && budget > 0) {
    Request& head = batch.queue.front();
    Sequence& sequence = sequences_.find(&head)->second;
    const std::int64_t tokens = std::min(sequence.wanted, budget);
    if (batch.in_memory + tokens > batch_.memory) {
      return;
    }
    remove_from_line(head, batch);
    run(head, batch);
    batch.running.push_back(&sequence);
    sequence.scheduled = tokens;
    batch.in_memory += tokens;
    budget -= tokens;
  }
}

Duration TokenBatch::step_time(const Batch& batch) const {
  std::int64_t prefill = 0;
  std::int64_t sequences = 0;
  for (const Sequence* sequence : batch.running) {
    (sequence->decodes ? sequences : prefill) += sequence->scheduled;
  }
  return {batch_.step.ns + prefill * batch_.prefill.ns + sequences * batch_.sequence.ns +
          batch.in_memory * batch_.kv.ns};
}

void TokenBatch::on_end(void* self, std::uint64_t batch) {
  static_cast<TokenBatch*>(self)->end_step(*reinterpret_cast<Batch*>(batch));
}

void TokenBatch::end_step(Batch& batch) {
  std::vector<Request*> done;
  for (Sequence* sequence : batch.running) {
    sequence->computed += sequence->scheduled;
    if (sequence->scheduled > 0 && sequence->computed == sequence->wanted) {
      ++sequence->wanted;
      sequence->decodes = true;
      if (--sequence->left == 0) {
        done.push_back(sequence->request);
      }
    }
    sequence->scheduled = 0;
  }
  for (Request* request : done) {
    finish(*request, batch);
    simulation_.wake(*request, Phase::release);
  }
  plan_step(batch);
}

// --- one request --------------------------------------------------------------------------------------------------

void TokenBatch::run(Request& request, Batch& batch) {
  ++batch.level.granted;
  batch.level.use(simulation_.now(), 1);
  begin_service(request, batch);
}

void TokenBatch::stop(Sequence& sequence, Batch& batch) {
  const Duration served = simulation_.now() - sequence.request->served_since;
  sequence.served = sequence.served + served;
  simulation_.meter(row_).hold_sum += served.ns;
  batch.level.use(simulation_.now(), -1);
  batch.in_memory -= sequence.computed + sequence.scheduled;
  sequence.scheduled = 0;
  const auto at = std::find(batch.running.begin(), batch.running.end(), &sequence);
  if (at != batch.running.end()) {
    batch.running.erase(at);
  }
  sequence.request->served_by = nullptr;
}

// The newest goes back into line, before all who came later, and loses what it has in memory.
void TokenBatch::put_back(Batch& batch) {
  Sequence& sequence = *batch.running.back();
  Request& request = *sequence.request;
  stop(sequence, batch);
  simulation_.count_mark(batch_.preempted);
  sequence.computed = 0;
  sequence.decodes = false;
  --batch.level.granted;  // it is not any more, and counts again when it resumes
  request.wait.at = this;
  request.wait.member = &batch;
  request.wait.since = simulation_.now();
  request.wait.patience = {};
  batch.level.enter_line(simulation_.now());
  batch.queue.put_back(request);
  simulation_.doing(request, Doing::waiting, row_);
}

void TokenBatch::finish(Request& request, Batch& batch) {
  const auto at = sequences_.find(&request);
  Sequence& sequence = at->second;
  stop(sequence, batch);
  ++batch.level.completed;
  const std::int64_t waited = (simulation_.now() - sequence.came).ns - sequence.served.ns;
  batch.level.waited += waited > 0 ? 1 : 0;
  if (simulation_.is_sampled(sequence.came)) {
    simulation_.meter(row_).wait.record(waited);
    simulation_.meter(row_).hold.record(sequence.served.ns);
  }
  sequences_.erase(at);
}

void TokenBatch::leave_line(Request& request) {
  auto& batch = static_cast<Batch&>(*request.wait.member);
  ++batch.level.timed_out;
  remove_from_line(request, batch);
  sequences_.erase(&request);
}

// The step under way goes on without it.
bool TokenBatch::interrupt(Request& request) {
  if (request.wake.is_set()) {
    simulation_.kernel().cancel(request.wake);
    request.wake = {};
  }
  const auto at = sequences_.find(&request);
  stop(at->second, static_cast<Batch&>(*request.served_member));
  sequences_.erase(at);
  return true;
}

// --- alone --------------------------------------------------------------------------------------------------------

Duration TokenBatch::time_alone(std::int64_t prompt, std::int64_t output) const {
  const std::int64_t pieces = (prompt + batch_.budget - 1) / batch_.budget;
  const std::int64_t further = output - 1;  // the last piece of the prompt generates the first
  // tokens in memory in each step: whole budgets and the prompt, then one more each time
  const std::int64_t in_memory =
      batch_.budget * (pieces * (pieces - 1) / 2) + prompt + further * prompt + further * (further + 1) / 2;
  return {(pieces + further) * batch_.step.ns + prompt * batch_.prefill.ns + further * batch_.sequence.ns +
          in_memory * batch_.kv.ns};
}

void TokenBatch::on_alone(void* self, std::uint64_t who) {
  auto& station = *static_cast<TokenBatch*>(self);
  Request& request = *reinterpret_cast<Request*>(who);
  request.wake = {};
  station.finish(request, static_cast<Batch&>(*request.served_member));
  station.simulation_.resume(request);
}

}  // namespace loadstone
