#include "sim/step/over_links.hpp"

#include <algorithm>

namespace loadstone {

const FieldTable& OverLinks::fields() {
  static const FieldTable table =
      FieldTable::of<OverLinks>()
          .field("link", &OverLinks::link, "The link that the bytes move over.")
          .field("route", &OverLinks::route, "Several links that the bytes move over at once, in order.",
                 {.optional = true});
  return table;
}

void lower_over_links(const OverLinks& links, std::string_view verb, const SizeLaw& bytes, Lowerer& lowerer) {
  if (links.link.has_value() == !links.route.empty()) {
    lowerer.error("'" + std::string(verb) + "' needs exactly one of 'link' and 'route'");
    return;
  }
  const std::vector<Reference> route = links.link ? std::vector{*links.link} : links.route;
  std::vector<Carrier*> carriers;
  bool ok = true;
  for (const Reference& link : route) {
    auto* carrier = lowerer.builder().resource_that_can<Carrier>(link, "carry bytes");
    const bool is_twice = carrier != nullptr && std::find(carriers.begin(), carriers.end(), carrier) != carriers.end();
    if (is_twice) {
      lowerer.diagnostics().error(link.place, "the route has the link '" + link.name + "' twice");
    }
    ok = ok && carrier != nullptr && !is_twice;
    carriers.push_back(carrier);
  }
  if (ok) {
    carriers.front()->lower_transfer(lowerer, std::span(carriers).subspan(1), bytes);
  }
}

}  // namespace loadstone
