// sim/engine/op.hpp
//
// A flow's compiled step program: a flat list of operations that the interpreter walks. A step verb or a resource kind
// lowers itself into these; nothing at run time knows YAML, names or kinds.
//
// Order.  `execute` runs when the request reaches the operation; on Progress::waits the request continues behind it
//         once the wait has ended well. An operation that opens a scope (a hold, a timeout, a retry) pushes a Frame
//         and is asked to `unwind` it when an error passes through.
// Owns.   Nothing: plans live as long as the Model.
#pragma once

#include <cstdint>

#include "sim/kernel/event.hpp"
#include "sim/random/keyed.hpp"

namespace loadstone {

class Simulation;
struct Request;
struct Op;
struct Frame;

enum class Progress : std::uint8_t {
  next,   // continue at request.pc
  waits,  // suspended; something will resume the request
  done,   // the request has ended
};

struct Op {
  Progress (*execute)(Simulation&, Request&, const Op&) = nullptr;
  // For scopes: called when an error passes, after the frame is popped. True if the error is dealt with
  // (request.pc and request.error say how to go on), false to let it pass on.
  bool (*unwind)(Simulation&, Request&, const Op&, const Frame&) = nullptr;
  const void* plan = nullptr;  // what the operation needs to know, of a type that only it knows
  std::uint32_t target = 0;    // index of another operation of the program (else, end of scope, entry of a flow)
  bool serves = false;         // opens a scope in which a server works for its client: it ends what it has begun
  bool told = false;           // its unwind is called even where the error passes by without asking: it keeps count
  Key site = 0;                // of the operation's draws
};

// An open scope of a request.
struct Frame {
  const Op* op = nullptr;
  EventId timer;
  std::int64_t a = 0;  // the operation's own use: an attempt, a loop count, an instant
  std::int64_t b = 0;
  Key saved_draws = 0;  // request.draws before the scope changed it
};

}  // namespace loadstone
