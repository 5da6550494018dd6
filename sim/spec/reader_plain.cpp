// Words: names, references, conditions, true and false.
#include "sim/spec/reader.hpp"
#include "sim/spec/reader_words.hpp"

namespace loadstone {

bool Reader::read(const Node& node, const Bounds&, bool& out) {
  Scalar text;
  if (!scalar(node, text, false)) {
    return false;
  }
  if (text.quoted || (text.text != "true" && text.text != "false")) {
    error(text.place, "'" + key_of(path_) + "' must be true or false, got " + quoted(text.text));
    return false;
  }
  out = text.text == "true";
  return true;
}

bool Reader::read(const Node& node, const Bounds&, std::string& out) {
  Scalar text;
  const bool ok = scalar(node, text, false);
  if (ok) {
    out = text.text;
  }
  return ok;
}

bool Reader::read(const Node& node, const Bounds&, Reference& out) {
  Scalar text;
  const bool ok = scalar(node, text, false);
  if (ok) {
    out = {text.text, text.place};
  }
  return ok;
}

bool Reader::read(const Node& node, const Bounds&, Condition& out) {
  if (!node.is_scalar()) {
    error(node.place, "'" + key_of(path_) + "' must be a condition, got " + describe(node));
    return false;
  }
  out.expression = Expression::parse(node.text, node.place, diagnostics_);
  return out.expression.has_value();
}

namespace {

template <class T>
bool read_each(Reader& reader, const Node& node, const Bounds& bounds, std::vector<T>& out) {
  if (node.is_sequence()) {
    bool ok = true;
    for (const Node& item : node.items) {
      ok = reader.read(item, bounds, out.emplace_back()) && ok;
    }
    return ok;
  }
  return reader.read(node, bounds, out.emplace_back());
}

}  // namespace

bool Reader::read(const Node& node, const Bounds& bounds, std::vector<std::string>& out) {
  return read_each(*this, node, bounds, out);
}

bool Reader::read(const Node& node, const Bounds& bounds, std::vector<Reference>& out) {
  return read_each(*this, node, bounds, out);
}

}  // namespace loadstone
