#include "sim/claims/possible.hpp"

#include <deque>
#include <vector>

namespace loadstone {

namespace {

Number middle(const Value& interval) {
  return (interval.low + interval.high) / Number(2.0);
}

// The centre of the box, and the corners at which all is least or most: where monotone conditions are met first.
std::vector<Scope::Given> points_in(const Scope::Given& box) {
  std::vector<Scope::Given> points(3);
  for (const auto& [name, interval] : box) {
    const Dimension& dim = interval.type.dim;
    points[0].emplace(name, Value::number(middle(interval), dim));
    points[1].emplace(name, Value::number(interval.low, dim));
    points[2].emplace(name, Value::number(interval.high, dim));
  }
  return points;
}

// The side that is widest for its size; nothing if every side is a point.
std::optional<std::string> widest(const Scope::Given& box) {
  std::optional<std::string> best;
  double most = 0;
  for (const auto& [name, interval] : box) {
    const double size = std::max(abs(interval.low).value(), abs(interval.high).value());
    const double width = size > 0 ? (interval.high - interval.low).value() / size : 0;
    if (width > most) {
      most = width;
      best = name;
    }
  }
  return best;
}

}  // namespace

Possibility find_possible(const Expression& condition, const Scope& scope, const Scope::Given& box) {
  const auto truth_in = [&](const Scope::Given& part) {
    std::string why;
    const auto value = scope.evaluate(condition, part, why);
    return value ? value->truth : Truth::undecided;
  };
  std::deque<Scope::Given> open{box};
  bool gave_up = false;
  for (int evaluated = 0; !open.empty(); ++evaluated) {
    if (evaluated >= kMostBoxes) {
      return {};
    }
    const Scope::Given part = std::move(open.front());
    open.pop_front();
    if (truth_in(part) == Truth::no) {
      continue;
    }
    for (Scope::Given& point : points_in(part)) {
      if (truth_in(point) == Truth::yes) {
        return {Truth::yes, std::move(point)};
      }
    }
    const auto side = widest(part);
    if (!side) {
      gave_up = true;  // a point at which the condition cannot be told
      continue;
    }
    const Value whole = part.at(*side);
    const Number half = middle(whole);
    if (half == whole.low || half == whole.high) {
      gave_up = true;
      continue;
    }
    for (const auto& [low, high] : {std::pair{whole.low, half}, std::pair{half, whole.high}}) {
      Scope::Given smaller = part;
      smaller.at(*side) = Value::interval(low, high, whole.type.dim);
      open.push_back(std::move(smaller));
    }
  }
  return {gave_up ? Truth::undecided : Truth::no, {}};
}

}  // namespace loadstone
