// sim/engine/request.hpp
//
// One request under way: where it is in its program, what it holds, what it waits for, and who it is.
//
// Owns.  Its scopes and holds (vectors that keep their memory when the object is used again). Pooled by Simulation.
// Order. A request waits for at most one thing: a line (`wait`), a service (`served_by`), an event (`wake`), work on a
//        host (`job`) or its branches. What ends the wait sets `error` and resumes it.
// Not.   It has no behaviour: see interpreter.hpp.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <vector>

#include "sim/engine/op.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/observe/meter.hpp"

namespace loadstone {

class Resource;
class Member;

using ErrorId = std::uint16_t;  // index into Model::errors
inline constexpr ErrorId kNoError = 0;

using FlowId = std::uint32_t;

// A place in a line. The request's own: a request stands in one line at a time.
struct Wait {
  Request* previous = nullptr;
  Request* next = nullptr;
  Resource* at = nullptr;  // nullptr: in no line
  Member* member = nullptr;
  SimTime since;
  std::int64_t amount = 1;
  double rank = 0;             // of a priority line: smallest first
  std::int64_t work = 0;       // the service it has come for, where the resource serves (ns)
  std::uint64_t sequence = 0;  // of arrival in the line
  std::uint32_t position = 0;  // in a heap or array line
  std::uint8_t mode = 0;       // the resource's own use
  EventId patience;
};

// Something held: `amount` units of a member of a resource; 0: it was lost meanwhile, and its time is accounted for.
struct Hold {
  Resource* at = nullptr;
  Member* member = nullptr;
  SimTime since;
  std::int64_t amount = 1;
  std::int64_t unit = -1;   // which one, where units differ (a connection)
  std::uint32_t depth = 0;  // number of scopes open when it was taken
  RowId row = 0;
};

// Told when the request has ended: `run(object, argument, request)`.
struct Ending {
  void (*run)(void* object, std::uint64_t argument, Request& request) = nullptr;
  void* object = nullptr;
  std::uint64_t argument = 0;
};

// What a request did since its holds last changed, and they have not been told yet.
struct Did {
  RowId on = 0;
  Doing doing = Doing::own;
  std::int64_t ns = 0;
};

// Requests are many and cold when their next event comes: what each event touches comes first, a cache line at a time.
struct alignas(64) Request {
  Simulation* simulation = nullptr;
  const Op* pc = nullptr;
  Key draws = 0;  // key, plus the attempt, branch and loop it is in
  EventId wake;
  SimTime doing_since;  // what it is doing, for the hold breakdown
  RowId doing_on = 0;
  Doing doing = Doing::own;
  bool sampled = false;
  ErrorId error = kNoError;
  Request* parent = nullptr;
  FlowId flow = 0;
  std::uint32_t branches = 0;  // active ones of the innermost parallel
  // --- 64
  Request* first_branch = nullptr;
  Did did[2];
  std::vector<Hold> holds;
  // --- 128
  boost::container::small_vector<Frame, 1> frames;  // the outermost is in place: fetched with all that is near
  // --- 192
  Resource* served_by = nullptr;  // what serves it now, if a resource does
  Member* served_member = nullptr;
  SimTime served_since;
  SimTime arrived;
  Key key = 0;  // who it is: of all its draws
  Wait wait;
  JobId job;
  std::uint32_t job_class = 0;  // of the job, on its host
  std::vector<double> attributes;
  bool entered = false;                // brought by a source, not by another request
  bool orphan = false;                 // its client has gone: counts in no flow
  bool counted = true;                 // in its flow's statistics; a branch is not
  bool cancelled = false;              // unwinds without asking any scope
  std::uint32_t unwind_to = kNoDepth;  // scopes deeper than this are left without asking them
  std::int32_t served_depth = -1;      // its client has gone: it ends as soon as no more scopes than this are open
  ErrorId gone_with = kNoError;        // and that is the error that its scopes see then
  std::uint32_t branch_index = 0;
  Request* next_branch = nullptr;  // list of the parent's active branches
  Ending ending;
  Request* previous_in_flight = nullptr;
  Request* next_in_flight = nullptr;
  std::uint64_t number = 0;  // of its scenario, for messages and the request log

  static constexpr std::uint32_t kNoDepth = 0xffffffff;
  static constexpr std::uint32_t kAllScopes = 0xfffffffe;  // as `unwind_to`: no scope is asked
};

}  // namespace loadstone
