// sim/step/over_links.hpp
//
// What a step's bytes move over: one link, or a route of several. The fields that `transfer` and `call` share.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sim/model/lowerer.hpp"

namespace loadstone {

struct OverLinks {
  std::optional<Reference> link;
  std::vector<Reference> route;

  [[nodiscard]] static const FieldTable& fields();
  [[nodiscard]] bool is_given() const { return link || !route.empty(); }
};

// Moves `bytes` over it. Errors are reported, in the name of the verb.
void lower_over_links(const OverLinks& links, std::string_view verb, const SizeLaw& bytes, Lowerer& lowerer);

}  // namespace loadstone
