// The reading half of cron.hpp: the five fields.
#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "src/load/cron.hpp"

namespace loadstone::load {
namespace {

struct Field {
  std::string_view name;
  unsigned lowest;
  unsigned highest;
  std::string_view names;  // three letters each, the first one stands for `first_name`
  unsigned first_name;
};

constexpr std::array kFields{
    Field{"minute", 0, 59, "", 0},
    Field{"hour", 0, 23, "", 0},
    Field{"day-of-month", 1, 31, "", 0},
    Field{"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec", 1},
    Field{"day-of-week", 0, 7, "sunmontuewedthufrisat", 0},
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNicknames{{
    {"@annually", "0 0 1 1 *"},
    {"@daily", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
    {"@midnight", "0 0 * * *"},
    {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"},
    {"@yearly", "0 0 1 1 *"},
}};

std::string quoted(std::string_view text) {
  return '\'' + std::string(text) + '\'';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::vector<std::string_view> split_at_blanks(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(" \t", at);
    if (begin == std::string_view::npos) {
      break;
    }
    at = std::min(text.find_first_of(" \t", begin), text.size());
    words.push_back(text.substr(begin, at - begin));
  }
  return words;
}

// Reads one field; every function that fails has set problem_.
class FieldReader {
 public:
  FieldReader(const Field& field, std::string_view text, std::string& problem)
      : field_(field), text_(text), problem_(problem) {}

  std::optional<std::uint64_t> mask() {
    std::uint64_t bits = 0;
    for (std::size_t begin = 0;;) {
      const std::size_t end = std::min(text_.find(',', begin), text_.size());
      if (!add_item(text_.substr(begin, end - begin), bits)) {
        return std::nullopt;
      }
      if (end == text_.size()) {
        return bits;
      }
      begin = end + 1;
    }
  }

 private:
  bool fail(std::string_view item, const std::string& why) {
    problem_ = std::string(field_.name) + " field " + quoted(text_) + ": ";
    problem_ += item == text_ ? why : quoted(item) + ": " + why;
    return false;
  }

  // ITEM is `*`, A or A-B, then perhaps /STEP.
  bool add_item(std::string_view item, std::uint64_t& bits) {
    const std::size_t slash = item.find('/');
    const std::string_view span = item.substr(0, slash);
    unsigned from = field_.lowest;
    unsigned to = field_.highest;
    unsigned step = 1;
    if (slash != std::string_view::npos && !read_step(item, item.substr(slash + 1), step)) {
      return false;
    }
    if (span == "*") {
      to = std::min(to, is_weekday() ? 6U : to);
    } else if (const std::size_t dash = span.find('-'); dash != std::string_view::npos) {
      if (!read_value(item, span.substr(0, dash), from) || !read_value(item, span.substr(dash + 1), to)) {
        return false;
      }
      if (from > to) {
        return fail(item, "a range does not run backwards; write it as two, separated by a comma");
      }
    } else {
      if (!read_value(item, span, from)) {
        return false;
      }
      const unsigned end = is_weekday() && from <= 6 ? 6 : field_.highest;
      to = slash == std::string_view::npos ? from : end;
    }
    for (unsigned value = from; value <= to; value += step) {
      bits |= std::uint64_t{1} << (is_weekday() ? value % 7 : value);
    }
    return true;
  }

  bool read_step(std::string_view item, std::string_view text, unsigned& step) {
    if (!read_number(text, step) || step == 0) {
      return fail(item, "after '/' stands a whole number of at least 1, got " + quoted(text));
    }
    return true;
  }

  bool read_value(std::string_view item, std::string_view text, unsigned& value) {
    if (read_name(text, value)) {
      return true;
    }
    if (!read_number(text, value) || value < field_.lowest || value > field_.highest) {
      std::string allowed = std::to_string(field_.lowest) + " to " + std::to_string(field_.highest);
      if (!field_.names.empty()) {
        const auto last = field_.names.substr(field_.names.size() - 3);
        allowed += " or " + std::string(field_.names.substr(0, 3)) + " to " + std::string(last);
      }
      return fail(item, "expected " + allowed + (text.empty() ? ", got nothing" : ", got " + quoted(text)));
    }
    return true;
  }

  [[nodiscard]] bool read_name(std::string_view text, unsigned& value) const {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (std::size_t at = 0; at < field_.names.size(); at += 3) {
      if (field_.names.substr(at, 3) == lower) {
        value = field_.first_name + static_cast<unsigned>(at / 3);
        return true;
      }
    }
    return false;
  }

  static bool read_number(std::string_view text, unsigned& value) {
    if (text.empty() || text.size() > 4 || !std::all_of(text.begin(), text.end(), is_digit)) {
      return false;
    }
    value = 0;
    for (const char c : text) {
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return true;
  }

  [[nodiscard]] bool is_weekday() const { return field_.highest == 7; }

  const Field& field_;
  std::string_view text_;
  std::string& problem_;
};

}  // namespace

std::optional<CronSchedule> parse_cron(std::string_view text, std::string& problem) {
  std::vector<std::string_view> words = split_at_blanks(text);
  if (words.size() == 1 && words[0].front() == '@') {
    const auto* const known = std::find_if(kNicknames.begin(), kNicknames.end(),
                                           [&](const auto& nickname) { return nickname.first == words[0]; });
    if (known == kNicknames.end()) {
      problem = "unknown nickname " + quoted(words[0]) +
                "; expected one of: @annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly";
      return std::nullopt;
    }
    words = split_at_blanks(known->second);
  }
  if (words.size() != kFields.size()) {
    problem = "expected five fields (minute hour day-of-month month day-of-week), got " + std::to_string(words.size()) +
              " in " + quoted(text);
    return std::nullopt;
  }
  std::array<std::uint64_t, kFields.size()> masks{};
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const std::optional<std::uint64_t> mask = FieldReader(kFields[i], words[i], problem).mask();
    if (!mask) {
      return std::nullopt;
    }
    masks[i] = *mask;
  }
  const auto begins_with_star = [&](std::size_t field) { return words[field].front() == '*'; };
  return CronSchedule{.minutes = masks[0],
                      .hours = masks[1],
                      .days = masks[2],
                      .months = masks[3],
                      .weekdays = masks[4],
                      .any_day = begins_with_star(2),
                      .any_weekday = begins_with_star(4),
                      .recurring = begins_with_star(0) || begins_with_star(1)};
}

}  // namespace loadstone::load
