#include "src/load/guesses.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "sim/experiment/explanation.hpp"
#include "sim/expression/quantity.hpp"
#include "sim/spec/range.hpp"

namespace loadstone::load {

namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// A quantity inside a text: [begin, begin + length).
struct Found {
  std::size_t begin = 0;
  std::size_t length = 0;
  Quantity quantity;
};

// Those that are not part of a name: of "lognormal(p50=2s; cv=0.8)" 2s and 0.8.
std::vector<Found> quantities_in(std::string_view text) {
  std::vector<Found> found;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = i > 0 && is_word(text[i - 1]) ? 0 : quantity_prefix(text.substr(i));
    const auto parsed = parse_quantity(text.substr(i, length));
    if (const auto* quantity = std::get_if<Quantity>(&parsed); length > 0 && quantity != nullptr) {
      found.push_back({i, length, *quantity});
      i += length;
    } else {
      ++i;
    }
  }
  return found;
}

bool is_whole(double value) {
  return value == std::floor(value);
}

std::string written(std::string_view as, const Quantity& quantity, double factor) {
  const double value = quantity.value * factor;
  if (as.ends_with('%')) {
    return format_number(std::min(100.0, value * 100)) + "%";
  }
  if (quantity.dim == kNumber && !is_whole(quantity.value)) {
    return format_number(quantity.value < 1 ? std::min(1.0, value) : value);
  }
  if (quantity.dim == kNumber) {
    return format_number(std::max(1.0, std::round(value)));
  }
  const bool counts_whole = quantity.dim == kTime || quantity.dim == kBytes;
  return format_quantity(counts_whole ? std::round(value) : value, quantity.dim);
}

// Whether what stands there is an argument that scales a law without units: lognormal(mean=211; cv=0.9).
bool is_scale(std::string_view text, const Found& one) {
  const std::string_view before = text.substr(0, one.begin);
  const auto ends = [&](std::string_view name) { return before.ends_with(std::string(name) + "="); };
  return ends("mean") || ends("lo") || ends("hi") || ends("min") || ends("p50") || ends("p95") || ends("p99") ||
         before == "exponential(" || before == "constant(";
}

// What of a text is scaled: all of a plain number, and of a law what has a unit, or scales it where nothing has one.
std::vector<Found> scalable(std::string_view text) {
  const std::vector<Found> all = quantities_in(text);
  if (all.size() == 1 && all.front().length == text.size()) {
    return all;
  }
  std::vector<Found> found = all;
  std::erase_if(found, [](const Found& one) { return one.quantity.dim == kNumber; });
  if (found.empty()) {
    found = all;
    std::erase_if(found, [&](const Found& one) { return !is_scale(text, one); });
  }
  return found;
}

// Of a tree, constant or not.
template <class Tree, class Visit>
void for_each_scalar(Tree& node, Visit visit) {
  if (node.is_scalar()) {
    visit(node);
  }
  for (auto& item : node.items) {
    for_each_scalar(item, visit);
  }
  for (auto& entry : node.entries) {
    for_each_scalar(entry.value, visit);
  }
}

bool is_at(const Node& node, const Assumption& guess) {
  return node.place == guess.place && node.text == guess.value;
}

// The ends of its range as factors; nothing where it says nothing of this number.
std::optional<std::pair<double, double>> ends_of(const Assumption& guess) {
  const std::vector<Found> found = scalable(guess.value);
  const auto range = parse_range(guess.range);
  const auto* read = std::get_if<Range>(&range);
  if (found.empty() || read == nullptr) {
    return std::nullopt;
  }
  const Quantity& number = found.front().quantity;
  if (number.value <= 0 || !read->fits(number.dim)) {
    return std::nullopt;
  }
  const double low = read->low_of(number.value) / number.value;
  const double high = read->high_of(number.value) / number.value;
  return low > 0 && low <= 1 && high >= 1 ? std::optional(std::pair{low, high}) : std::nullopt;
}

}  // namespace

std::optional<std::string> scaled(std::string_view number, double factor) {
  const std::vector<Found> found = scalable(number);
  if (found.empty()) {
    return std::nullopt;
  }
  std::string text;
  std::size_t from = 0;
  for (const Found& one : found) {
    text += number.substr(from, one.begin - from);
    text += written(number.substr(one.begin, one.length), one.quantity, factor);
    from = one.begin + one.length;
  }
  return text + std::string(number.substr(from));
}

Guesses guesses_of(const Inputs& inputs, const Loaded& loaded, const Overrides& given) {
  Guesses guesses;
  for (const Assumption& one : loaded.assumptions) {
    const bool is_given = one.path.starts_with("params.") && given.contains(one.path.substr(7));
    bool is_here = false;
    for_each_scalar(inputs.topology, [&](const Node& node) { is_here = is_here || is_at(node, one); });
    const bool is_known = std::any_of(guesses.where.begin(), guesses.where.end(),
                                      [&](const Assumption& other) { return other.place == one.place; });  // an alias
    if (!is_guess(one) || one.range.empty() || is_given || !is_here || is_known) {
      continue;
    }
    const auto ends = ends_of(one);
    if (!ends) {
      guesses.not_varied.push_back(one.path + ": '" + one.value + "' over '" + one.range + "' is no scaling");
      continue;
    }
    guesses.varied.push_back({.path = one.path,
                              .value = one.value,
                              .low = ends->first,
                              .high = ends->second,
                              .low_text = *scaled(one.value, ends->first),
                              .high_text = *scaled(one.value, ends->second)});
    guesses.where.push_back(one);
  }
  return guesses;
}

Node with_guesses(Node topology, const Guesses& guesses, const Factors& factors) {
  for_each_scalar(topology, [&](Node& node) {
    for (std::size_t g = 0; g < factors.size(); ++g) {
      if (factors[g] != 1 && is_at(node, guesses.where[g])) {
        node.text = *scaled(node.text, factors[g]);
        return;
      }
    }
  });
  return topology;
}

}  // namespace loadstone::load
