// sim/spec/fault.hpp
//
// What a workload says goes wrong: which resource or host, how, from when, for how long; and the windows of time in
// which flows are looked at apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/spec/values.hpp"

namespace loadstone {

class FieldTable;
class Reader;
struct Node;

enum class FaultIs : std::uint8_t {
  down,       // refuses who comes
  slow,       // takes `amount` times as long
  errors,     // fails a share of what comes
  partition,  // nobody gets there
  killed,     // dies, with those inside and all it had in memory; then down
  restart,    // ends and starts again: what it remembers is kept
  failover,   // dies, and another takes over after a time of the kind's own
};

// What it does first is to end those inside.
[[nodiscard]] constexpr bool kills(FaultIs is) {
  return is >= FaultIs::killed;
}

// "down", "slow": what is written, without the amount.
[[nodiscard]] std::string_view to_string(FaultIs is);

struct FaultSpec {
  Place place;
  Reference target;
  FaultIs is = FaultIs::down;
  double amount = 0;  // slow: the factor; errors: the share
  Place is_place;
  Duration at;
  std::optional<Duration> lasts;  // absent: to the end of the run

  [[nodiscard]] static const FieldTable& fields();
};

struct WindowSpec {
  std::string name;
  Place place;
  std::optional<Duration> at;
  std::optional<Reference> during;  // a schedule: open while a run of it is under way
  std::optional<Duration> lasts;    // absent: to the end of the run

  [[nodiscard]] static const FieldTable& fields();
};

void read_faults(Reader& reader, const Node* node, std::vector<FaultSpec>& out);
void read_windows(Reader& reader, const Node* node, std::vector<WindowSpec>& out);

}  // namespace loadstone
