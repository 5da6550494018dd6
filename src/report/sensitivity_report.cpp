#include "src/report/sensitivity_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "src/report/json_parts.hpp"
#include "src/report/text.hpp"

namespace loadstone::report {

namespace {

// A guess that moves the capacity by less is not worth a line.
constexpr double kWorthALine = 1.02;
constexpr std::size_t kMostLines = 20;

std::string name_of(const std::string& first) {
  return first.empty() ? "nothing" : first;
}

// "20ms: 1.67", "20ms: 1.2 clerk" where another is first than as written; a law is told by its factor: "x2: 1.67".
std::string end_in_words(const VariedNumber& guess, const std::string& value, double factor, const Outcome& outcome,
                         const std::string& as_written) {
  const bool is_law = guess.value.find('(') != std::string::npos;
  const std::string text = (is_law ? "x" + short_number(factor) : value) + ": ";
  if (!outcome.impossible.empty()) {
    return text + "impossible";
  }
  const std::string at = short_number(outcome.at.value);
  return text + (outcome.first == as_written ? at : at + " " + name_of(outcome.first));
}

// The end of a path says most.
std::string shortened(const std::string& path) {
  constexpr std::size_t kMost = 40;
  return path.size() <= kMost ? path : ".." + path.substr(path.size() - kMost + 2);
}

std::string together_in_words(const Sensitivity& result) {
  const auto of_samples = [&](std::size_t n) { return static_cast<double>(n) / static_cast<double>(result.samples); };
  std::string text = fmt::format("\nALL TOGETHER, over the whole of their ranges ({} samples)\n", result.samples);
  std::vector<std::vector<std::string>> rows{{"first", "share"}};
  for (const FirstShare& share : result.together) {
    rows.push_back({name_of(share.first), percent(of_samples(share.samples))});
  }
  text += table(rows);
  text +=
      fmt::format("  it breaks at load {} in the middle, between {} and {} in four of five\n",
                  short_number(quantile_of(result.capacities, 0.5)), short_number(quantile_of(result.capacities, 0.1)),
                  short_number(quantile_of(result.capacities, 0.9)));
  if (result.impossible > 0) {
    text += fmt::format("  {} further samples could not be run\n", result.impossible);
  }
  return text;
}

Json json_outcome(const Outcome& outcome) {
  Json j;
  j["impossible"] = text_or_null(outcome.impossible);
  j["at"] = outcome.impossible.empty() ? json_estimate(outcome.at) : Json(nullptr);
  j["first"] = text_or_null(outcome.first);
  return j;
}

// Of the verdict as written: in how much of the space it is the same, and what turns it by itself.
Json json_robustness(const Sensitivity& result) {
  const auto same = std::find_if(result.together.begin(), result.together.end(),
                                 [&](const FirstShare& share) { return share.first == result.as_written.first; });
  const std::size_t samples = same == result.together.end() ? 0 : same->samples;
  Json j;
  j["first"] = text_or_null(result.as_written.first);
  j["share"] = result.samples == 0 ? Json(nullptr)
                                   : json_number(static_cast<double>(samples) / static_cast<double>(result.samples));
  j["flipped_by"] = Json::array();
  for (const Swing& swing : result.alone) {
    if (swing.flips) {
      j["flipped_by"].push_back(swing.guess.path);
    }
  }
  return j;
}

}  // namespace

std::string to_console(const Sensitivity& result) {
  const std::string& first = result.as_written.first;
  const auto flipping = std::count_if(result.alone.begin(), result.alone.end(), [](const Swing& s) { return s.flips; });
  std::string text = fmt::format("{} FIRST at load {}; {} of {} guesses would change which it is\n", name_of(first),
                                 plus_minus(result.as_written.at), flipping, result.alone.size());
  text +=
      fmt::format("  {} under {}, seed {}\n", result.identity.topology, result.identity.workload, result.identity.seed);
  std::vector<std::vector<std::string>> rows{{"guess", "low: it breaks at", "high: it breaks at"}};
  std::size_t left = 0;
  for (const Swing& swing : result.alone) {
    if (rows.size() > kMostLines || (!swing.flips && swing.factor < kWorthALine)) {
      ++left;
      continue;
    }
    const VariedNumber& guess = swing.guess;
    rows.push_back({shortened(guess.path), end_in_words(guess, guess.low_text, guess.low, swing.low, first),
                    end_in_words(guess, guess.high_text, guess.high, swing.high, first)});
  }
  text += "\nALONE, the others as written (another resource is named where it is first)\n";
  text += table(rows);
  if (left > 0) {
    text += fmt::format("  and {} that move it less\n", left);
  }
  if (result.samples > 0) {
    text += together_in_words(result);
  }
  if (!result.not_varied.empty()) {
    text += "\nNOT VARIED\n";
    for (const std::string& path : result.not_varied) {
      text += "  " + path + "\n";
    }
  }
  return text;
}

std::string to_json(const Sensitivity& result) {
  Json j = json_header("sensitivity", result.identity);
  j["as_written"] = json_outcome(result.as_written);
  j["guesses"] = Json::array();
  for (const Swing& swing : result.alone) {
    Json g;
    g["path"] = swing.guess.path;
    g["value"] = swing.guess.value;
    g["low"] = json_outcome(swing.low);
    g["low"]["value"] = swing.guess.low_text;
    g["high"] = json_outcome(swing.high);
    g["high"]["value"] = swing.guess.high_text;
    g["flips"] = swing.flips;
    g["factor"] = json_number(swing.factor);
    g["rank_correlation"] = json_number(swing.rank_correlation);
    j["guesses"].push_back(std::move(g));
  }
  Json together;
  together["samples"] = result.samples;
  together["impossible"] = result.impossible;
  together["first"] = Json::array();
  for (const FirstShare& share : result.together) {
    together["first"].push_back(
        {{"resource", text_or_null(share.first)},
         {"share", json_number(static_cast<double>(share.samples) / static_cast<double>(result.samples))}});
  }
  together["at"] = Json::object();
  for (const double p : {0.1, 0.5, 0.9}) {
    together["at"][quantile_key(p)] = json_number(quantile_of(result.capacities, p));
  }
  j["together"] = std::move(together);
  j["robustness"] = json_robustness(result);
  j["not_varied"] = result.not_varied;
  return j.dump(2) + "\n";
}

}  // namespace loadstone::report
