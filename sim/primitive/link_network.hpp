// sim/primitive/link_network.hpp
//
// Links that routes join, in one run: the ways that transfers take over their wires, and how much each wire is used. Or
// links in the place of which the kernel has a network of its own.
//
// Cost. Whenever a transfer begins or ends, every wire over which bytes move is looked at.
// Owns. The ways, which are made when they are first asked for; not the wires.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/engine/resource.hpp"
#include "sim/kernel/kernel.hpp"

namespace loadstone {

class KernelWithPassages;
struct Wire;

// Names of hosts in a network of the kernel's own.
struct LinkEnds {
  std::string from;
  std::string to;
};

// What a transfer moves over.
struct Way {
  std::uint32_t index = 0;  // among those of its network
  JobClassId job_class;
  std::vector<Wire*> wires;
};

// A link, or one of a link's members.
struct Wire : Member {
  Wire(std::int64_t capacity, RowId its_row) : Member(capacity), row(its_row) {}

  RowId row;
  std::int64_t moving = 0;     // transfers whose bytes move
  Way alone;                   // over this and nothing else, where it is in no network
  std::optional<LinkId> link;  // in its network, where its bandwidth is limited
  const LinkEnds* ends = nullptr;
};

class LinkNetwork {
 public:
  explicit LinkNetwork(Simulation& simulation);

  // Whether the kernel carries bytes from one end of a way to the other by a network of its own.
  [[nodiscard]] bool is_own() const { return passages_ != nullptr; }
  // `bandwidth` of each of so many parallel ones, if it is limited. REQUIRES: called once for each wire.
  void add(Wire& wire, std::optional<double> bandwidth, double parallel);
  [[nodiscard]] const Way& way(const std::vector<Wire*>& wires);
  [[nodiscard]] const Way& way(std::uint32_t index) const { return ways_[index]; }

  // The bytes of a transfer move over the way from now on, or no more. REQUIRES: the kernel knows it already.
  void begin(const Way& way);
  void end(const Way& way);

 private:
  [[nodiscard]] JobClassId job_class_over(const std::vector<Wire*>& wires);
  void look_at(Wire& wire);
  void look_at_all();

  Simulation& simulation_;
  KernelWithPassages* passages_;
  NetworkId network_;  // of the kernel, if `passages_` are not there
  std::deque<Way> ways_;
  std::map<std::vector<Wire*>, const Way*> by_wires_;
  std::vector<Wire*> busy_;  // those over which bytes move
};

}  // namespace loadstone
