// transfer: moves bytes over a link.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Transfer {
  Reference link;
  SizeLaw bytes;
};

const FieldTable& fields() {
  static const FieldTable table =
      FieldTable::of<Transfer>()
          .field("link", &Transfer::link, "The link.")
          .field("bytes", &Transfer::bytes, "How much; absent: a round trip without payload.", {.default_text = "0B"});
  return table;
}

void lower(const StepSpec& step, Lowerer& lowerer) {
  const auto& transfer = step.as<Transfer>();
  if (auto* carrier = lowerer.builder().resource_that_can<Carrier>(transfer.link, "carry bytes")) {
    carrier->lower_transfer(lowerer, transfer.bytes);
  }
}

}  // namespace

const StepKind& transfer_step() {
  static const StepKind kind{"transfer", "One round trip over a link, with so many bytes.", fields, "link", lower};
  return kind;
}

}  // namespace loadstone
