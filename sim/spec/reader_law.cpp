// Distributions: "3ms", "lognormal(mean=20ms; cv=0.8)", "$request.service", with parameters inside arguments.
#include "sim/random/distribution_kinds.hpp"
#include "sim/spec/reader.hpp"
#include "sim/spec/reader_words.hpp"

namespace loadstone {

bool Reader::read(const Node& node, const Bounds& bounds, TimeLaw& out) {
  return law(node, bounds, kTime, out);
}
bool Reader::read(const Node& node, const Bounds& bounds, CountLaw& out) {
  return law(node, bounds, kNumber, out);
}
bool Reader::read(const Node& node, const Bounds& bounds, SizeLaw& out) {
  return law(node, bounds, kBytes, out);
}

bool Reader::law(const Node& node, const Bounds& bounds, const Dimension& dimension, Law& out) {
  Scalar text;
  if (!scalar(node, text, true)) {
    return false;
  }
  out.text = text.quantity ? format_quantity(text.quantity->value, text.quantity->dim) : text.text;
  constexpr std::string_view kAttribute = "$request.";
  if (!text.quantity && text.text.rfind(kAttribute, 0) == 0) {
    out.attribute = text.text.substr(kAttribute.size());
    return true;
  }
  if (!text.quantity && text.text.find('(') != std::string::npos) {
    return parse_law(text, bounds, dimension, out);
  }
  Quantity q;
  if (!to_dimension(text, bounds, dimension, q) || !in_bounds(text, q.value, bounds)) {
    return false;
  }
  if (dimension == kTime && q.value > static_cast<double>(kEndOfTime.ns)) {
    error(text.place, "'" + key_of(path_) + "' must be at most 146 years, got " + quoted(text.text));
    return false;
  }
  out.distribution = Distribution::constant(q.value);
  return true;
}

bool Reader::parse_law(const Scalar& scalar, const Bounds& bounds, const Dimension& dimension, Law& out) {
  const auto split = split_call(scalar.text);
  if (const auto* message = std::get_if<std::string>(&split)) {
    error(scalar.place, *message);
    return false;
  }
  const Call& call = std::get<Call>(split);
  const DistributionKind* kind = find_distribution_kind(call.name);
  if (kind == nullptr) {
    std::vector<std::string_view> names;
    for (const DistributionKind& k : distribution_kinds()) {
      names.push_back(k.name);
    }
    error(scalar.place, "unknown distribution '" + std::string(call.name) + "'", choices(call.name, names));
    return false;
  }
  std::vector<NamedValue> arguments;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const Argument& argument = call.arguments[i];
    const DistributionParameter* parameter =
        argument.name.empty() ? find_parameter(*kind, i) : find_parameter(*kind, argument.name);
    Node node;
    node.kind = Node::Kind::scalar;
    node.place = scalar.place;
    node.text = argument.text;
    Scalar value;
    Quantity q;
    const bool magnitude = parameter == nullptr || parameter->type == ParameterType::magnitude;
    if (!substitute(node, value, true) || (parameter != nullptr && !to_dimension(value, magnitude ? bounds : Bounds{},
                                                                                 magnitude ? dimension : kNumber, q))) {
      return false;
    }
    arguments.push_back({std::string(argument.name), q.value, std::string(argument.text)});
  }
  if (dimension == kTime) {
    for (const NamedValue& argument : arguments) {
      if (argument.value > static_cast<double>(kEndOfTime.ns)) {
        error(scalar.place, "'" + key_of(path_) + "' must be at most 146 years, got " + quoted(argument.text));
        return false;
      }
    }
  }
  const auto made = make_distribution(call.name, arguments);
  if (const auto* message = std::get_if<std::string>(&made)) {
    error(scalar.place, *message);
    return false;
  }
  out.distribution = std::get<Distribution>(made);
  return true;
}

}  // namespace loadstone
