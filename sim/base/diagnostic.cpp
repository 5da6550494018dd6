#include "sim/base/diagnostic.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace loadstone {

std::string to_string(const Place& place) {
  std::string text(place.file.empty() ? std::string_view("command line") : place.file);
  if (place.line > 0) {
    text += ':' + std::to_string(place.line) + ':' + std::to_string(place.column);
  }
  return text;
}

namespace {

// Inputs may hold names of any length; what is said of them is to be read.
std::string shortened(std::string text) {
  constexpr std::size_t kLongest = 2000;
  if (text.size() > kLongest) {
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
      --end;  // not within a character
    }
    text.resize(end);
    text += "…";
  }
  return text;
}

}  // namespace

void Diagnostics::error(const Place& place, std::string message, std::vector<std::string> notes) {
  list_.push_back({place, shortened(std::move(message)), std::move(notes), Severity::error});
  ++errors_;
}

void Diagnostics::warning(const Place& place, std::string message, std::vector<std::string> notes) {
  list_.push_back({place, std::move(message), std::move(notes), Severity::warning});
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::map<std::string_view, std::size_t> file_rank;
  for (const Diagnostic& d : list_) {
    file_rank.emplace(d.place.file, file_rank.size());
  }
  std::vector<Diagnostic> result = list_;
  std::stable_sort(result.begin(), result.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    return std::tuple(file_rank[a.place.file], a.place.line, a.place.column) <
           std::tuple(file_rank[b.place.file], b.place.line, b.place.column);
  });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return a.place == b.place && a.message == b.message;
  };
  result.erase(std::unique(result.begin(), result.end(), same), result.end());
  return result;
}

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = to_string(diagnostic.place);
  text += diagnostic.severity == Severity::error ? ": error: " : ": warning: ";
  text += diagnostic.message + '\n';
  for (const std::string& note : diagnostic.notes) {
    text += "  " + note + '\n';
  }
  return text;
}

namespace {

// Levenshtein distance with a swap of neighbours counted as one edit.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> two_back(b.size() + 1);
  std::vector<std::size_t> back(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(back.begin(), back.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({back[j] + 1, row[j - 1] + 1, back[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], two_back[j - 2] + 1);
      }
    }
    two_back.swap(back);
    back.swap(row);
  }
  return back[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view found, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t kLongestName = 64;
  if (found.size() > kLongestName) {
    return {};
  }
  std::string_view best;
  std::size_t best_distance = found.size() / 3 + 2;  // exclusive: farther than this is another word
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(found, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::vector<std::string> choices(std::string_view found, std::vector<std::string_view> candidates) {
  std::vector<std::string> notes;
  const std::string_view nearest = nearest_name(found, candidates);
  std::sort(candidates.begin(), candidates.end());
  std::string list = candidates.empty() ? "nothing is allowed here" : "expected one of: ";
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    list += (i == 0 ? "" : ", ");
    list += candidates[i];
  }
  notes.push_back(std::move(list));
  if (!nearest.empty()) {
    notes.push_back("did you mean '" + std::string(nearest) + "'?");
  }
  return notes;
}

}  // namespace loadstone
