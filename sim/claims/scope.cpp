#include "sim/claims/scope.hpp"

#include <algorithm>

namespace loadstone {

// What is known of the names while one expression is checked.
struct Scope::Checking {
  Diagnostics& diagnostics;
  std::optional<std::string>& dimension;  // the first finding
  std::map<std::string, Type, std::less<>> known = {};
  std::set<std::string, std::less<>> open = {};  // being checked
};

Scope::Scope(std::vector<const Lets*> lets, std::string_view point, const Metrics& metrics)
    : lets_(std::move(lets)), point_(point), metrics_(metrics) {}

Figure Scope::figure(std::string_view name) const {
  const auto at = name.rfind('@');
  return at == std::string_view::npos ? Figure{name, point_} : Figure{name.substr(0, at), name.substr(at + 1)};
}

const LetSpec* Scope::let(std::string_view name) const {
  for (const Lets* lets : lets_) {
    const auto at = std::find_if(lets->begin(), lets->end(), [&](const LetSpec& l) { return l.name == name; });
    if (at != lets->end()) {
      return &*at;
    }
  }
  return nullptr;
}

void Scope::add_cone(const Expression& expression, std::vector<std::string>& names) const {
  for (const std::string& name : expression.names()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      continue;
    }
    names.push_back(name);
    if (const LetSpec* found = is_figure(name) ? nullptr : let(name)) {
      add_cone(found->value, names);
    }
  }
}

std::vector<std::string> Scope::cone(const Expression& expression) const {
  std::vector<std::string> names;
  add_cone(expression, names);
  return names;
}

namespace {

// Findings about dimensions are the claim's; everything else is a mistake in the file.
void sort_out(const Diagnostics& found, Diagnostics& diagnostics, std::optional<std::string>& dimension) {
  for (const Diagnostic& diagnostic : found.list()) {
    if (!diagnostic.message.starts_with("dimension: ")) {
      diagnostics.error(diagnostic.place, diagnostic.message, diagnostic.notes);
    } else if (!dimension) {
      dimension = diagnostic.message;
    }
  }
}

}  // namespace

std::optional<Type> Scope::type_of(std::string_view name, Checking& checking) const {
  if (is_figure(name)) {
    const Figure asked = figure(name);
    return metrics_.type_of(asked.path, asked.point);
  }
  const LetSpec* found = let(name);
  if (found == nullptr) {
    return std::nullopt;
  }
  const auto known = checking.known.find(name);
  if (known != checking.known.end()) {
    return known->second;
  }
  if (!checking.open.emplace(name).second) {
    checking.diagnostics.error(found->place, "'" + found->name + "' stands for itself");
    return Type(kNumber);
  }
  Diagnostics local;
  const auto type = found->value.check([&](std::string_view n) { return type_of(n, checking); }, local);
  sort_out(local, checking.diagnostics, checking.dimension);
  checking.open.erase(checking.open.find(name));
  // One mistake is one message: whoever uses a name that is wrong is taken to be right.
  return checking.known.emplace(std::string(name), type.value_or(Type(kNumber))).first->second;
}

void Scope::check_figure(const std::string& name, const Place& place, Diagnostics& diagnostics) const {
  const Figure asked = figure(name);
  const auto points = metrics_.points();
  if (std::find(points.begin(), points.end(), asked.point) == points.end()) {
    diagnostics.error(place,
                      asked.point.empty() ? "'" + name + "' names no point, as in '" + name + "@base'"
                                          : "unknown point '" + std::string(asked.point) + "' in '" + name + "'",
                      choices(asked.point, points));
  } else if (!metrics_.type_of(asked.path, asked.point)) {
    const auto figures = metrics_.figures(asked.point);
    const std::string_view nearest = nearest_name(asked.path, {figures.begin(), figures.end()});
    diagnostics.error(
        place, "no figure '" + std::string(asked.path) + "' at point '" + std::string(asked.point) + "'",
        {nearest.empty() ? "the paths of its result with --json are its figures, without their units"
                         : "did you mean '" + std::string(nearest) + "@" + std::string(asked.point) + "'?"});
  }
}

std::optional<std::string> Scope::check(const Expression& expression, const Type& wanted,
                                        Diagnostics& diagnostics) const {
  std::vector<std::string_view> known;
  for (const Lets* lets : lets_) {
    std::transform(lets->begin(), lets->end(), std::back_inserter(known),
                   [](const LetSpec& l) { return std::string_view(l.name); });
  }
  const std::size_t before = diagnostics.error_count();
  for (const std::string& name : cone(expression)) {
    if (is_figure(name)) {
      check_figure(name, expression.place(), diagnostics);
    }
  }
  if (diagnostics.error_count() != before) {
    return std::nullopt;
  }
  std::optional<std::string> dimension;
  Diagnostics local;
  Checking checking{diagnostics, dimension};
  static_cast<void>(expression.require(
      wanted, [&](std::string_view n) { return type_of(n, checking); }, local, known));
  if (!dimension && diagnostics.error_count() == before) {
    sort_out(local, diagnostics, dimension);
  }
  return dimension;
}

std::optional<Value> Scope::value_of(std::string_view name, const Given& given, std::string& why) const {
  const auto at = given.find(name);
  if (at != given.end()) {
    return at->second;
  }
  if (is_figure(name)) {
    const Figure asked = figure(name);
    auto value = metrics_.value_of(asked.path, asked.point);
    if (!value && why.empty()) {
      why = "'" + std::string(name) + "' has no value";
    }
    return value;
  }
  return evaluate(let(name)->value, given, why);
}

std::optional<Value> Scope::evaluate(const Expression& expression, const Given& given, std::string& why) const {
  Diagnostics diagnostics;
  auto value = expression.evaluate([&](std::string_view n) { return value_of(n, given, why); }, diagnostics);
  if (!value && why.empty()) {
    why = diagnostics.list().empty() ? "no value" : diagnostics.list().front().message;
  }
  return value;
}

}  // namespace loadstone
