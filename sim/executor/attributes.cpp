#include "sim/executor/attributes.hpp"

#include <algorithm>
#include <cmath>

#include "sim/model/model_builder.hpp"

namespace loadstone {

namespace {

const PopulationSpec* find_population(const ModelBuilder& builder, std::string_view name) {
  for (const PopulationSpec& population : builder.topology().populations) {
    if (population.name == name) {
      return &population;
    }
  }
  return nullptr;
}

std::vector<std::string_view> law_names() {
  std::vector<std::string_view> names;
  for (const DiscreteKind& kind : discrete_kinds()) {
    names.push_back(kind.name);
  }
  for (const DistributionKind& kind : distribution_kinds()) {
    names.push_back(kind.name);
  }
  return names;
}

// Fills in the law named by `text`; reports what is wrong.
void parse_law(const AttributeSpec& spec, std::uint64_t population, ModelBuilder& builder, AttributePlan& plan) {
  const auto fail = [&](const std::string& message, std::vector<std::string> notes = {}) {
    builder.diagnostics().error(spec.place, "attribute '" + spec.name + "': " + message, std::move(notes));
  };
  const auto split = split_call(spec.law);
  if (const auto* message = std::get_if<std::string>(&split)) {
    fail(*message);
    return;
  }
  const Call& call = std::get<Call>(split);
  std::vector<NamedValue> arguments;
  for (const Argument& argument : call.arguments) {
    const auto value = parse_quantity(argument.text);
    if (const auto* message = std::get_if<std::string>(&value)) {
      fail(*message);
      return;
    }
    arguments.push_back({std::string(argument.name), std::get<Quantity>(value).value, std::string(argument.text)});
  }
  const bool is_discrete = std::any_of(discrete_kinds().begin(), discrete_kinds().end(),
                                       [&](const DiscreteKind& k) { return k.name == call.name; });
  if (is_discrete && (call.name != "uniform" || arguments.empty() || population > 0)) {
    auto law = make_discrete(call.name, arguments, population);
    if (const auto* message = std::get_if<std::string>(&law)) {
      std::vector<std::string_view> populations;
      for (const PopulationSpec& known : builder.topology().populations) {
        populations.push_back(known.name);
      }
      const std::string_view nearest = population > 0 ? "" : nearest_name(spec.name, populations);
      fail(*message, nearest.empty() ? std::vector<std::string>{}
                                     : std::vector<std::string>{"did you mean '" + std::string(nearest) + "'?"});
    } else {
      plan.discrete = std::get<DiscreteLaw>(law);
    }
  } else if (find_distribution_kind(call.name) != nullptr) {
    const auto law = make_distribution(call.name, arguments);
    if (const auto* message = std::get_if<std::string>(&law)) {
      fail(*message);
    } else {
      plan.distribution = std::get<Distribution>(law);
    }
  } else {
    fail("unknown law '" + std::string(call.name) + "'", choices(call.name, law_names()));
  }
}

class Planner {
 public:
  Planner(const ScenarioSpec& scenario, ModelBuilder& builder) : scenario_(scenario), builder_(builder) {}

  std::vector<AttributePlan> plans() {
    for (const auto& [name, type] : builder_.attribute_types()) {
      add(name, 0);
    }
    keep_with_users();
    return in_slots();
  }

 private:
  struct Draft {
    std::string name;
    std::string parent;  // "" for none; and so below
    std::string of;
    AttributePlan plan;
  };

  const AttributeSpec* spec_of(std::string_view name) const {
    for (const auto* list : {&scenario_.attributes, &builder_.workload().attributes}) {
      for (const AttributeSpec& spec : *list) {
        if (spec.name == name) {
          return &spec;
        }
      }
    }
    return nullptr;
  }

  void add(const std::string& name, int depth) {
    if (std::any_of(drafts_.begin(), drafts_.end(), [&](const Draft& d) { return d.name == name; })) {
      return;
    }
    const PopulationSpec* population = find_population(builder_, name);
    const AttributeSpec* spec = spec_of(name);
    Draft draft{.name = name, .parent = {}, .of = {}, .plan = {}};
    AttributePlan& plan = draft.plan;
    plan.site = hash_text("attribute " + name);
    if (population != nullptr && depth < 16) {
      draft.parent = known_parent(*population, population->within, depth);
      draft.of = known_parent(*population, population->of, depth);
    }
    plan.count = population == nullptr ? 0 : static_cast<std::uint64_t>(population->count.value_or(0));
    if (spec != nullptr) {
      plan.each = spec->each;
      parse_law(*spec, plan.count, builder_, plan);
    } else if (population != nullptr && !population->law.empty()) {
      parse_law({.name = name, .place = population->place, .law = population->law}, plan.count, builder_, plan);
    } else if (plan.count > 0) {
      plan.discrete = DiscreteLaw::uniform(plan.count);
    } else {
      return;  // set by a step
    }
    drafts_.push_back(std::move(draft));
  }

  std::string known_parent(const PopulationSpec& child, const std::string& name, int depth) {
    if (name.empty()) {
      return {};
    }
    if (builder_.attribute_types().find(name) == builder_.attribute_types().end()) {
      builder_.diagnostics().error(child.place,
                                   "population '" + child.name + "' names an unknown population '" + name + "'");
      return {};
    }
    add(name, depth + 1);
    return name;
  }

  // What is drawn once per user lies within something that the user keeps as well. Parents come first.
  void keep_with_users() {
    for (auto draft = drafts_.rbegin(); draft != drafts_.rend(); ++draft) {
      for (Draft& other : drafts_) {
        if (draft->plan.each == Each::vu && (other.name == draft->parent || other.name == draft->of)) {
          other.plan.each = Each::vu;
        }
      }
    }
  }

  // Without those that nobody reads.
  std::vector<AttributePlan> in_slots() {
    const auto slot_of = [&](const std::string& name) { return name.empty() ? -1 : builder_.attribute(name); };
    for (auto draft = drafts_.rbegin(); draft != drafts_.rend(); ++draft) {
      if (builder_.is_used(draft->name)) {
        draft->plan.slot = builder_.attribute(draft->name);
        draft->plan.parent = slot_of(draft->parent);  // which is used from here on
        draft->plan.of = slot_of(draft->of);
      }
    }
    std::vector<AttributePlan> plans;
    for (const Draft& draft : drafts_) {
      if (builder_.is_used(draft.name)) {
        plans.push_back(draft.plan);
      }
    }
    return plans;
  }

  const ScenarioSpec& scenario_;
  ModelBuilder& builder_;
  std::vector<Draft> drafts_;
};

}  // namespace

std::vector<AttributePlan> plan_attributes(const ScenarioSpec& scenario, ModelBuilder& builder) {
  return Planner(scenario, builder).plans();
}

void draw_attributes(const std::vector<AttributePlan>& plans, Key user, Key request, const std::vector<double>* given,
                     std::vector<double>& values) {
  for (const AttributePlan& plan : plans) {
    if (given != nullptr && !std::isnan((*given)[plan.slot])) {
      continue;
    }
    const Draw draw = draw_of(plan.each == Each::vu ? user : request, plan.site, 0);
    double value = 0;
    if (plan.distribution) {
      value = plan.distribution->sample(draw);
    } else if (plan.of >= 0) {
      value =
          static_cast<double>(plan.discrete->of(static_cast<std::uint64_t>(values[static_cast<std::size_t>(plan.of)])));
    } else {
      value = static_cast<double>(plan.discrete->sample(draw));
    }
    if (plan.parent >= 0) {
      value += values[static_cast<std::size_t>(plan.parent)] * static_cast<double>(plan.count);
    }
    values[plan.slot] = value;
  }
}

}  // namespace loadstone
