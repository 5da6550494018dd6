// Texts whose place is kept, and files.
#include "sim/spec/reader.hpp"

namespace loadstone {

bool Reader::read(const Node& node, const Bounds&, PlacedText& out) {
  Scalar text;
  const bool ok = scalar(node, text, false);
  if (ok) {
    out = {text.text, text.place};
  }
  return ok;
}

bool Reader::read(const Node& node, const Bounds&, FileText& out) {
  Scalar text;
  if (!scalar(node, text, false)) {
    return false;
  }
  if (!open_file_) {
    error(text.place, "files cannot be read here: '" + text.text + "'");
    return false;
  }
  auto file = open_file_(text.text, text.place, diagnostics_);
  if (file) {
    out = std::move(*file);
  }
  return file.has_value();
}

}  // namespace loadstone
