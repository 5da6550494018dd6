#include "sim/experiment/saturate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/experiment/edge.hpp"
#include "sim/experiment/evaluation.hpp"
#include "sim/experiment/profile_search.hpp"

namespace loadstone {

namespace {

constexpr double kNarrow = 1.03;       // a bracket this tight is not bisected further
constexpr double kLaterNarrow = 1.12;  // the same, of what comes next
constexpr double kLaterEffort = 0.15;  // what comes next is found with less precision
constexpr int kGuesses = 2;            // then a bracket is halved: guesses may be wrong
constexpr int kRetreats = 3;           // from a lower end that all replications together call broken
constexpr double kStepDown = 1.6;      // where a value breaks and nothing says how far the edge is
constexpr double kFarOut = 256;        // beyond this multiple of the start nothing is searched

class Search {
 public:
  Search(const ModelAt& model_at, const SaturateRequest& request, Executor& executor)
      : model_at_(model_at), request_(request), executor_(executor), evaluator_(model_at, request, executor) {}

  SaturateResult run() {
    SaturateResult result;
    std::vector<std::string> relieved;
    for (std::size_t i = 0; i < request_.depth && !executor_.interrupted(); ++i) {
      evaluator_.begin(
          i == 0 ? Effort{1, request_.replications} : Effort{kLaterEffort, std::min(kFewRuns, request_.replications)},
          relieved);
      Saturated found = find_one();
      const bool more = found.limited_by == "resource" && !found.resource.empty();
      if (result.order.empty() && !executor_.interrupted()) {
        summarize_half(found, result);
      }
      result.order.push_back(std::move(found));
      if (!more) {
        break;
      }
      relieved.push_back(result.order.back().resource);
    }
    result.evaluations = evaluator_.count();
    return result;
  }

 private:
  double middle(double lo, double hi) const {
    const double m = std::sqrt(lo * hi);
    return request_.whole_numbers ? std::round(m) : m;
  }

  [[nodiscard]] bool is_later() const { return evaluator_.effort().share < 1; }
  [[nodiscard]] double narrow() const { return is_later() ? kLaterNarrow : kNarrow; }

  [[nodiscard]] bool is_narrow(double lo, double hi) const {
    return request_.whole_numbers ? hi - lo <= std::max(1.0, lo * (narrow() - 1)) : hi / lo <= narrow() * (1 + 1e-9);
  }

  // The lower end of a narrow bracket round an edge.
  [[nodiscard]] double just_below(double edge) const {
    const double lo = edge / std::sqrt(narrow());
    return request_.whole_numbers ? std::floor(lo) : lo;
  }

  // Under `above`, the nearest value that probably holds: by how much is served there, `otherwise` where that is not
  // known, or is far less (what overloads one resource starves another). If its distance closes the bracket and leaves
  // the edge some room, no nearer.
  [[nodiscard]] double lower_guess(const Evaluation& above, double otherwise) const {
    constexpr double kRoom = 1.02;
    constexpr double kNear = 1.25;
    const double edge = likely_edge({}, above, context());
    const double closing = above.value / narrow();
    const double lo = !request_.whole_numbers && closing * kRoom < edge ? closing : just_below(edge);
    return edge < above.value && edge * kNear > above.value && lo > 0 ? lo : otherwise;
  }

  // Where to look next: what was measured says where the edge may be, and two looks beside it close the bracket. The
  // middle where that says nothing.
  [[nodiscard]] double probe(const Evaluation& below, const Evaluation& above) const {
    const double lo = just_below(likely_edge(below, above, context()));
    if (lo > below.value) {
      return lo < above.value ? lo : middle(below.value, above.value);
    }
    const double hi = request_.whole_numbers ? std::ceil(below.value * narrow()) : below.value * narrow();
    return hi < above.value ? hi : middle(below.value, above.value);
  }

  // A value that holds and one that breaks, and what was seen there. `held` is the `below` before, where there was one.
  struct Bracket {
    Evaluation below;
    Evaluation above;
    Evaluation held;
  };

  Saturated find_one() {
    const double start = request_.from.value_or(1.0);
    const Bound& bound = evaluator_.find_bound(start);
    bounded_ = request_.is_load && std::isfinite(bound.at_load);
    if (request_.is_load && !bounded_ && !has_other_limits()) {
      return unlimited();
    }
    scale_ = bounded_ ? bound.at_load : start;
    Bracket bracket;
    const double usual_low = find_upper_end(bracket);
    if (!bracket.above.breaks() && !executor_.interrupted()) {
      return none_up_to(bracket.above);
    }
    find_lower_end(bracket, usual_low);
    narrow_down(bracket);
    confirm(bracket);
    return is_later() ? describe_edge(bracket.below, bracket.above, context()) : describe_sharply(bracket);
  }

  // The first value that breaks, from the bound upwards; it does not break where nothing does. Returns where the lower
  // end is looked for if measures do not say.
  double find_upper_end(Bracket& bracket) {
    // beyond a bound, by as much as a run of its length shows
    double hi = bounded_ ? scale_ * (is_later() ? 1.1 : 1.045) : scale_ * 2;
    double lo = !bounded_ ? scale_ : is_later() ? hi / narrow() : scale_ * 0.85;
    if (request_.to) {
      hi = std::min(hi, *request_.to);
      lo = std::min(lo, hi / 1.1);
    }
    bracket.above = first_look(hi, bounded_);
    while (!bracket.above.breaks() && !executor_.interrupted()) {
      if ((request_.to && hi >= *request_.to) || hi > scale_ * kFarOut) {
        break;
      }
      lo = hi;
      hi = request_.to ? std::min(hi * 2, *request_.to) : hi * 2;
      bracket.above = evaluator_.glance(hi);
    }
    return lo;
  }

  // Downwards to a value that holds: where the measures above say, a few times; else at `usual`, and in steps from
  // there.
  void find_lower_end(Bracket& bracket, double usual) {
    int guesses = 0;
    double down_by = bounded_ && is_later() ? narrow() : kStepDown;  // beside a bound the edge is near
    double otherwise = usual;
    bool near = bounded_;
    for (;;) {
      double lo = guesses < kGuesses ? lower_guess(bracket.above, otherwise) : otherwise;
      const bool guessed = lo != otherwise;
      guesses += guessed ? 1 : 0;
      lo = request_.whole_numbers ? std::floor(lo) : lo;
      if (request_.whole_numbers && lo < 1) {
        return;
      }
      Evaluation e = first_look(lo, near || guessed);
      if (!e.breaks() || lo <= scale_ / kFarOut || executor_.interrupted()) {
        bracket.below = std::move(e);
        return;
      }
      bracket.above = std::move(e);
      near = usual >= lo && down_by < kStepDown;
      otherwise = usual < lo ? usual : lo / std::exchange(down_by, kStepDown);
    }
  }

  void narrow_down(Bracket& bracket) {
    for (int step = 0; !is_narrow(bracket.below.value, bracket.above.value) && !executor_.interrupted(); ++step) {
      const double lo = bracket.below.value;
      const double hi = bracket.above.value;
      const double m = step < kGuesses ? probe(bracket.below, bracket.above) : middle(lo, hi);
      if (m <= lo || m >= hi) {
        break;
      }
      Evaluation e = evaluator_.look(m);
      if (e.breaks()) {
        bracket.above = std::move(e);
      } else {
        bracket.held = std::exchange(bracket.below, std::move(e));
      }
    }
  }

  // The search looked at few replications; the answer is over all of them.
  void confirm(Bracket& bracket) {
    complete(bracket.below);
    for (int round = 0; round < kRetreats && bracket.below.breaks() && bracket.held.value > 0; ++round) {
      bracket.above = std::exchange(bracket.below, std::exchange(bracket.held, {}));
      narrow_down(bracket);
      complete(bracket.below);
    }
    complete(bracket.above);
    while (!bracket.above.breaks() && bracket.above.value < scale_ * kFarOut && !executor_.interrupted()) {
      const double hi = bracket.above.value * narrow();
      bracket.below = std::move(bracket.above);
      bracket.above = evaluator_.whole(request_.whole_numbers ? std::ceil(hi) : hi, {});
    }
  }

  void complete(Evaluation& e) {
    const double value = e.value;
    e = evaluator_.whole(value, std::move(e));
  }

  // With longer runs where the interval is too wide.
  Saturated describe_sharply(Bracket& bracket) {
    Saturated found = describe_edge(bracket.below, bracket.above, context());
    for (int round = 0; round < 3 && is_vague(found) && !executor_.interrupted(); ++round) {
      evaluator_.measure_longer(3);
      bracket.below = evaluator_.whole(bracket.below.value, {});
      bracket.above = evaluator_.whole(bracket.above.value, {});
      if (!bracket.above.breaks()) {
        break;
      }
      found = describe_edge(bracket.below, bracket.above, context());
    }
    return found;
  }

  // Beside a bound or a guess the edge is near, and a short run would not tell.
  Evaluation first_look(double value, bool near) { return near ? evaluator_.look(value) : evaluator_.glance(value); }

  static bool is_vague(const Saturated& found) {
    constexpr double kWidest = 0.03;  // relative half-width
    return found.at.ci && found.at.value > 0 && found.at.ci->width() / 2 > kWidest * found.at.value;
  }

  // A resource that the bound does not see but that can refuse (a server's connection slots), or a threshold.
  bool has_other_limits() const {
    const auto model = model_at_(request_.from.value_or(1.0));
    return !request_.thresholds.empty() ||
           (model != nullptr && has_limits(*model, evaluator_.relieved(), LimitKind::beside_the_bound));
  }

  static Saturated none_up_to(const Evaluation& e) {
    Saturated s;
    s.limited_by = "none_up_to";
    s.at = {e.value, std::nullopt, "nothing saturates up to here"};
    s.throughput_per_s = throughput_of(e.observed);
    return s;
  }

  [[nodiscard]] EdgeContext context() const {
    return {.bound = evaluator_.bound(), .is_load = request_.is_load, .is_later = is_later()};
  }

  // Latencies under half the capacity, drained to the end.
  void summarize_half(const Saturated& found, SaturateResult& result) {
    const double half = request_.whole_numbers ? std::max(1.0, std::floor(found.at.value / 2)) : found.at.value / 2;
    result.below = evaluator_.drained(half);
    result.below_at = half;
  }

  const ModelAt& model_at_;
  const SaturateRequest& request_;
  Executor& executor_;
  Evaluator evaluator_;
  // of the present search
  bool bounded_ = false;  // a bound says near which load the edge is
  double scale_ = 1;      // that load; the start where there is none
};

}  // namespace

SaturateResult saturate(const ModelAt& model_at, const SaturateRequest& request, Executor& executor) {
  return request.is_profile ? search_profile(model_at, request, executor) : Search(model_at, request, executor).run();
}

}  // namespace loadstone
