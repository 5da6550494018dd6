#include "sim/claims/judge.hpp"

#include <algorithm>

#include "sim/claims/evidence.hpp"
#include "sim/claims/guesses.hpp"
#include "sim/claims/possible.hpp"
#include "sim/claims/scope.hpp"

namespace loadstone {

namespace {

constexpr double kMostAgree = 0.9;  // of the replications, before the name of what saturates first is taken as known

std::string_view point_of(const ClaimSpec& claim, const Metrics& metrics) {
  const auto points = metrics.points();
  return !claim.point.empty() ? std::string_view(claim.point) : points.size() == 1 ? points.front() : "";
}

// A claim's condition has one scope for each of its cases, and one where it has none.
struct Row {
  std::string_view name;
  Scope scope;
};

std::vector<Row> rows_of(const ClaimSpec& claim, const Lets& shared, const Metrics& metrics) {
  std::vector<Row> rows;
  const std::string_view point = point_of(claim, metrics);
  for (const ClaimCase& c : claim.cases) {
    rows.push_back({c.name, Scope({&c.let, &claim.let, &shared}, point, metrics)});
  }
  if (rows.empty()) {
    rows.push_back({"", Scope({&claim.let, &shared}, point, metrics)});
  }
  return rows;
}

const Expression* condition_of(const ClaimSpec& claim) {
  return claim.that ? &*claim.that : claim.possible ? &*claim.possible : nullptr;
}

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) {
    list.push_back(std::move(text));
  }
}

// Whether `text` has `word` in it with nothing of a longer id around it.
bool mentions(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !may_be_in_claim_id(text[at - 1])) && (end == text.size() || !may_be_in_claim_id(text[end]))) {
      return true;
    }
  }
  return false;
}

struct Finding {
  ClaimVerdict verdict = ClaimVerdict::undecided;
  std::string evidence;
};

ClaimVerdict verdict_of(Truth truth) {
  return truth == Truth::yes ? ClaimVerdict::holds : truth == Truth::no ? ClaimVerdict::fails : ClaimVerdict::undecided;
}

// The same figures, taken from where one parameter is at an end of its range.
class Elsewhere final : public Metrics {
 public:
  Elsewhere(const Metrics& metrics, const Varied& varied) : metrics_(metrics), varied_(varied) {}

  [[nodiscard]] std::vector<std::string_view> points() const override { return metrics_.points(); }
  [[nodiscard]] std::optional<Type> type_of(std::string_view figure, std::string_view point) const override {
    return metrics_.type_of(figure, point);
  }
  [[nodiscard]] std::vector<std::string> figures(std::string_view point) const override {
    return metrics_.figures(point);
  }
  [[nodiscard]] std::optional<Value> value_of(std::string_view figure, std::string_view point) const override {
    return metrics_.value_of(figure, point == varied_.point ? std::string_view(varied_.instead) : point);
  }
  [[nodiscard]] const std::vector<Assumption>& numbers(std::string_view point) const override {
    return metrics_.numbers(point);
  }

 private:
  const Metrics& metrics_;
  const Varied& varied_;
};

class Judge {
 public:
  Judge(const ClaimSpec& claim, const Lets& shared, const Metrics& metrics, const std::vector<Varied>& varied)
      : claim_(claim), shared_(shared), metrics_(metrics), varied_(varied) {}

  Judgement judgement() {
    const Finding found = claim_.that || claim_.possible ? of_rows()
                          : claim_.order.empty()         ? not_modelled()
                                                         : ordered();
    judgement_.verdict = found.verdict;
    judgement_.evidence = found.evidence;
    return std::move(judgement_);
  }

 private:
  [[nodiscard]] Finding not_modelled() const { return {ClaimVerdict::not_modelled, claim_.not_modelled}; }

  // The worst of the rows decides; what it says is of the rows that say so.
  Finding of_rows() {
    static constexpr ClaimVerdict kWorstFirst[] = {ClaimVerdict::inconsistent, ClaimVerdict::circular,
                                                   ClaimVerdict::fails,        ClaimVerdict::needs_measurement,
                                                   ClaimVerdict::undecided,    ClaimVerdict::holds};
    const std::vector<Row> rows = rows_of(claim_, shared_, metrics_);
    std::vector<Finding> findings;
    for (const Row& row : rows) {
      findings.push_back(of_row(row));
    }
    for (const ClaimVerdict verdict : kWorstFirst) {
      const auto says = [&](const Finding& f) { return f.verdict == verdict; };
      const auto count = std::count_if(findings.begin(), findings.end(), says);
      if (count == 0) {
        continue;
      }
      const auto first = std::find_if(findings.begin(), findings.end(), says) - findings.begin();
      std::string evidence = findings[first].evidence;
      if (rows.size() > 1) {
        evidence = std::to_string(count) + " of " + std::to_string(rows.size()) + " cases; " +
                   std::string(rows[first].name) + ": " + evidence;
      }
      return {verdict, evidence};
    }
    return {};
  }

  Finding of_row(const Row& row) {
    const Expression& condition = *condition_of(claim_);
    Diagnostics ignored;
    if (const auto dimension = row.scope.check(condition, Type::boolean(), ignored)) {
      return {ClaimVerdict::inconsistent, *dimension};
    }
    for (const std::string& name : row.scope.cone(condition)) {
      note(row.scope, name);
      if (const std::string taken = taken_from_here(row.scope, name); !taken.empty()) {
        return {ClaimVerdict::circular, taken + " is taken from this very claim"};
      }
    }
    return claim_.that ? of_condition(condition, row.scope) : of_possible(condition, row.scope);
  }

  void note(const Scope& scope, const std::string& name) {
    if (Scope::is_figure(name)) {
      const Figure asked = scope.figure(name);
      add_once(judgement_.depends_on, "point " + std::string(asked.point));
      judgement_.simulated = judgement_.simulated || !asked.path.starts_with("params.");
    } else if (const LetSpec* let = scope.let(name); let->range || let->status != Status::documented) {
      add_once(judgement_.depends_on, name + " (" + to_string(let->status) + ")");
    }
  }

  [[nodiscard]] std::string taken_from_here(const Scope& scope, const std::string& name) const {
    if (!Scope::is_figure(name)) {
      return mentions(scope.let(name)->source, claim_.id) ? "'" + name + "'" : "";
    }
    const Figure asked = scope.figure(name);
    const bool is_one = asked.path.starts_with("params.");  // a parameter's value, and nothing behind it
    for (const Assumption& number : metrics_.numbers(asked.point)) {
      if ((!is_one || number.path == asked.path) && mentions(number.source, claim_.id)) {
        return "'" + number.path + "' of point " + std::string(asked.point);
      }
    }
    return "";
  }

  [[nodiscard]] Finding of_condition(const Expression& condition, const Scope& scope) const {
    std::string why;
    const auto value = scope.evaluate(condition, {}, why);
    if (!value) {
      return {ClaimVerdict::undecided, why};
    }
    const std::string evidence = evidence_of(condition, scope, {});
    if (value->truth == Truth::undecided) {
      return {ClaimVerdict::undecided, evidence};
    }
    std::string turned = turned_by(condition, scope, value->truth);
    if (turned.empty()) {
      turned = turned_elsewhere(value->truth);
    }
    if (!turned.empty()) {
      const char* now = value->truth == Truth::yes ? "holds" : "fails";
      const char* then = value->truth == Truth::yes ? "fails" : "holds";
      return {ClaimVerdict::needs_measurement,
              std::string(now) + " as assumed (" + evidence + "), " + then + " with " + turned};
    }
    return {verdict_of(value->truth), evidence};
  }

  // Which of the parameters that were varied turn the verdict round.
  [[nodiscard]] std::string turned_elsewhere(Truth truth) const {
    std::string turned;
    for (const Varied& varied : varied_) {
      const Elsewhere metrics(metrics_, varied);
      for (const Row& row : rows_of(claim_, shared_, metrics)) {
        std::string why;
        const auto value = row.scope.evaluate(*claim_.that, {}, why);
        if (value && value->truth != truth && value->truth != Truth::undecided) {
          turned += (turned.empty() ? "" : ", or ") + varied.says;
          break;
        }
      }
    }
    return turned;
  }

  [[nodiscard]] Finding of_possible(const Expression& condition, const Scope& scope) const {
    Scope::Given box;
    for (const std::string& name : scope.cone(condition)) {
      const LetSpec* let = Scope::is_figure(name) ? nullptr : scope.let(name);
      std::string why;
      const auto value = let == nullptr ? std::nullopt : scope.evaluate(let->value, {}, why);
      if (value && value->is_interval() && let->value.names().empty()) {
        box.emplace(name, *value);
      }
    }
    for (const Guess& guess : guesses_of(condition, scope)) {
      box.insert_or_assign(guess.let->name, Value::interval(guess.low.low, guess.high.high, guess.low.type.dim));
    }
    const Possibility found = find_possible(condition, scope, box);
    if (found.truth == Truth::yes) {
      std::string with;
      for (const auto& [name, value] : found.witness) {
        with += (with.empty() ? "with " : ", ") + name + " = " + short_text(value);
      }
      return {ClaimVerdict::holds, with.empty() ? evidence_of(condition, scope, {}) : with};
    }
    return {found.truth == Truth::no ? ClaimVerdict::inconsistent : ClaimVerdict::undecided,
            (found.truth == Truth::no ? "no values meet it: " : "") + evidence_of(condition, scope, {})};
  }

  [[nodiscard]] std::string text_at(const std::string& figure, std::string_view point) const {
    const auto value = metrics_.value_of(figure, point);
    return value ? value->text : "";
  }

  Finding ordered() {
    const std::string_view point = point_of(claim_, metrics_);
    add_once(judgement_.depends_on, "point " + std::string(point));
    judgement_.simulated = true;
    std::string found;
    bool same = true;
    bool enough = true;
    for (std::size_t i = 0; i < claim_.order.size(); ++i) {
      const std::string row = text_at("saturation.order." + std::to_string(i) + ".resource", point);
      const std::string& said = claim_.order[i];
      found += (i == 0 ? "" : ", then ") + (row.empty() ? "nothing more" : row);
      same = same && (row == said || row.starts_with(said + "."));
      enough = enough && !row.empty();
    }
    const auto agreeing = metrics_.value_of("saturation.replications_agreeing", point);
    const bool agree = agreeing && agreeing->low >= Number(kMostAgree);
    found = "found " + found + " (" + (agreeing ? short_text(*agreeing) : "none") + " of the replications agree)";
    return {!agree || !enough ? ClaimVerdict::undecided : same ? ClaimVerdict::holds : ClaimVerdict::fails, found};
  }

  const ClaimSpec& claim_;
  const Lets& shared_;
  const Metrics& metrics_;
  const std::vector<Varied>& varied_;
  Judgement judgement_;
};

}  // namespace

std::vector<std::string> points_of(const ClaimSpec& claim, const Lets& shared, const Metrics& metrics) {
  std::vector<std::string> points;
  if (!claim.order.empty()) {
    points.emplace_back(point_of(claim, metrics));
  }
  if (const Expression* condition = condition_of(claim)) {
    for (const Row& row : rows_of(claim, shared, metrics)) {
      for (const std::string& name : row.scope.cone(*condition)) {
        if (Scope::is_figure(name)) {
          add_once(points, std::string(row.scope.figure(name).point));
        }
      }
    }
  }
  return points;
}

void check_names(const ClaimSpec& claim, const Lets& shared, const Metrics& metrics, Diagnostics& diagnostics) {
  const auto points = metrics.points();
  const auto is_point = [&](std::string_view name) {
    return std::find(points.begin(), points.end(), name) != points.end();
  };
  if (!claim.point.empty() && !is_point(claim.point)) {
    diagnostics.error(claim.place, "claim '" + claim.id + "': unknown point '" + claim.point + "'",
                      choices(claim.point, points));
    return;
  }
  if (!claim.order.empty()) {
    const std::string_view point = point_of(claim, metrics);
    if (!metrics.type_of("saturation.at", point)) {
      diagnostics.error(claim.place,
                        "claim '" + claim.id + "': what saturates first needs a 'point' with method saturate");
    }
  }
  if (const Expression* condition = condition_of(claim)) {
    for (const Row& row : rows_of(claim, shared, metrics)) {
      static_cast<void>(row.scope.check(*condition, Type::boolean(), diagnostics));
    }
  }
}

Judgement judge(const ClaimSpec& claim, const Lets& shared, const Metrics& metrics, const std::vector<Varied>& varied) {
  return Judge(claim, shared, metrics, varied).judgement();
}

}  // namespace loadstone
