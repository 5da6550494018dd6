// sim/spec/effective.hpp
//
// A file as it takes effect: the tree of a topology or a workload in which every default of every field table is
// written out, parameters have the values given from outside, and bare numbers of components' own keys carry their
// unit. Reading the result gives the same specification as reading the original.
//
// REQUIRES. The tree was read without errors.
// Not.      Modifiers that mean nothing where they are absent are not added: only `cancel_propagates` beside a timeout.
#pragma once

#include "sim/spec/kinds.hpp"
#include "sim/spec/topology.hpp"

namespace loadstone {

[[nodiscard]] Node effective_topology(Node root, const Kinds& kinds, const Overrides& overrides);
[[nodiscard]] Node effective_workload(Node root, const Kinds& kinds, const Overrides& overrides);

}  // namespace loadstone
