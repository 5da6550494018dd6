#include "sim/spec/vague_words.hpp"

#include <algorithm>
#include <array>

namespace loadstone {

namespace {

constexpr std::array<std::string_view, 46> kVague{
    "about",       "acceptable", "adequate",    "almost",     "approximately", "around",  "bounded",    "cheap",
    "comfortable", "easily",     "enough",      "excessive",  "fast",          "few",     "fine",       "generous",
    "good",        "healthy",    "heavy",       "high",       "infrequent",    "large",   "light",      "low",
    "many",        "minimal",    "most",        "mostly",     "nearly",        "quickly", "reasonable", "roughly",
    "significant", "slow",       "small",       "soon",       "sufficient",    "trivial", "trivially",  "typical",
    "typically",   "usually",    "practically", "negligible", "quick",         "well"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool in_word(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}

bool same(std::string_view word, std::string_view vague) {
  return std::equal(word.begin(), word.end(), vague.begin(), vague.end(), [](char a, char b) { return lower(a) == b; });
}

}  // namespace

std::string_view first_vague_word(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '~') {
      return text.substr(at, 1);
    }
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) {
      ++end;
    }
    const std::string_view word = text.substr(at, end - at);
    if (std::any_of(kVague.begin(), kVague.end(), [&](std::string_view vague) { return same(word, vague); })) {
      return word;
    }
    at = std::max(end, at + 1);
  }
  return {};
}

}  // namespace loadstone
