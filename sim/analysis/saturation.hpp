// sim/analysis/saturation.hpp
//
// Whether a resource is saturated in a set of replications at one load, by the three signs of docs/background:
//   growth   its line grows without bound: a share of its arrivals is never served, significantly and visibly, and
//            not only because the window is short against the waits that there are (see `settling`);
//   blocked  it is full and somebody waits at least 95 % of the time;
//   refused  over 1 % of its arrivals are refused, or give up, because it is full.
// Each by the lower confidence bound over the replications, so that noise does not accuse. An array of members is
// saturated when members that carry 1 % of its arrivals are.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/engine/model.hpp"
#include "sim/observe/observations.hpp"

namespace loadstone {

// flat: of closed loads, by the search; undrained: of a profile, at its end
enum class Sign : std::uint8_t { none, growth, blocked, refused, flat, undrained };

[[nodiscard]] const char* to_string(Sign sign);

// The three measures of one row in one replication.
struct Measures {
  double deficit = 0;  // growth of the line over the window, per arrival
  double blocked = 0;  // share of time with somebody in line
  double refused = 0;  // share of arrivals refused or given up
  double wait = 0;     // p95 of the wait, as a share of the window
  double age = 1;      // length of the run so far, in windows
  double busy = 0;     // utilisation
};

inline constexpr double kBlockedLimit = 0.95;
inline constexpr double kUsedLimit = 0.98;  // of what comes into a bucket: there is no line to see before it is empty
inline constexpr double kRefusedLimit = 0.01;
inline constexpr double kVisibleDeficit = 0.003;  // a growth below this is not called one
inline constexpr double kClearDeficit = 0.2;      // one above this needs no long run to be believed

struct RowVerdict {
  RowId row = 0;
  Sign sign = Sign::none;
  double blocked_limit = kBlockedLimit;
  // The line grew or was always there, but those who came through it had waited for a good part of the window, longer
  // than growth explains: it may be on its way to its steady length. Or the share that is turned away is too near to
  // its limit to be told. Not a sign of saturation; a longer run tells.
  bool settling = false;
  std::vector<Measures> replications;
  Measures mean;
};

struct Verdict {
  std::vector<RowVerdict> rows;  // by RowId
  bool saturated = false;
  bool stopped = false;   // a run was ended by a limit: too many requests in flight
  bool settling = false;  // a row is, and none is saturated
  // The saturated row whose lasting saturation began earliest in most replications, and their share.
  std::optional<RowId> first;
  double agreeing = 0;
};

[[nodiscard]] Measures measure(const ResourcePlan& plan, const ResourceObservations& resource,
                               const Observations& observed);
// Whether a row can be the one that saturates: what is named in `relieved` cannot.
[[nodiscard]] bool is_judged(const ResourcePlan& plan, std::span<const std::string> relieved);
// What is named in `relieved` has no limit in these runs and is not judged. `believe_settling` calls a settling line a
// growing one: where the run cannot be made longer.
[[nodiscard]] Verdict judge_saturation(const Model& model, std::span<const Observations> replications,
                                       std::span<const std::string> relieved = {}, bool believe_settling = false);

}  // namespace loadstone
