// transfer: moves bytes over links.
#include "sim/step/over_links.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Transfer {
  OverLinks links;
  SizeLaw bytes;
};

const FieldTable& fields() {
  static const FieldTable table = [] {
    FieldTable t = FieldTable::of<Transfer>();
    t.embed(&Transfer::links, OverLinks::fields());
    t.field("bytes", &Transfer::bytes, "How much; absent: a round trip without payload.", {.default_text = "0B"});
    return t;
  }();
  return table;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& transfer = step.as<Transfer>();
  lower_over_links(transfer.links, "transfer", transfer.bytes, lowerer);
}

}  // namespace

const StepKind& transfer_step() {
  static const StepKind kind{"transfer", "One round trip over a link or a route, with so many bytes.", fields, "link",
                             lower};
  return kind;
}

}  // namespace loadstone
