#include "sim/model/conditions.hpp"

namespace loadstone {

namespace {

// "request.tenant" and "tenant" are the same attribute.
std::string_view attribute_name(std::string_view name) {
  constexpr std::string_view kPrefix = "request.";
  return name.substr(0, kPrefix.size()) == kPrefix ? name.substr(kPrefix.size()) : name;
}

}  // namespace

const CompiledCondition* compile_condition(ModelBuilder& builder, const Condition& condition) {
  if (!condition.expression) {
    return nullptr;
  }
  const Expression& expression = *condition.expression;
  std::vector<std::string> attributes;
  for (const auto& [name, type] : builder.attribute_types()) {
    attributes.push_back("request." + name);
  }
  std::vector<std::string_view> known(attributes.begin(), attributes.end());
  for (const auto& [name, type] : builder.attribute_types()) {
    known.push_back(name);
  }
  for (const auto& [name, parameter] : builder.parameters()) {
    known.push_back(name);
  }
  const auto type_of = [&](std::string_view name) -> std::optional<Type> {
    const auto attribute = builder.attribute_types().find(attribute_name(name));
    if (attribute != builder.attribute_types().end()) {
      return attribute->second;
    }
    const auto parameter = builder.parameters().find(name);
    if (parameter == builder.parameters().end()) {
      return std::nullopt;
    }
    return parameter->second.quantity ? Type(parameter->second.quantity->dim) : Type::text();
  };
  if (!expression.require(Type::boolean(), type_of, builder.diagnostics(), known)) {
    return nullptr;
  }
  const auto slot_of = [&](std::string_view name) -> std::optional<std::uint32_t> {
    const std::string_view attribute = attribute_name(name);
    if (builder.attribute_types().find(attribute) != builder.attribute_types().end()) {
      return builder.attribute(std::string(attribute));
    }
    return builder.constant_attribute(name);
  };
  auto compiled = CompiledCondition::compile(
      expression, slot_of, [&](std::string_view text) { return builder.intern(text); }, builder.diagnostics());
  return compiled ? builder.keep(std::move(*compiled)) : nullptr;
}

}  // namespace loadstone
