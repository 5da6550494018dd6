// Calls and intervals as text: "lognormal(mean=20ms; cv=0.8)", "10ms .. 20ms".
#include <algorithm>

#include "sim/base/trimmed.hpp"
#include "sim/expression/quantity.hpp"

namespace loadstone {
namespace {

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_name(std::string_view text) {
  const auto may_follow = [](char c) { return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  return !text.empty() && is_name_start(text.front()) && std::all_of(text.begin(), text.end(), may_follow);
}

// For messages: the text, shortened, in quotes, and a colon.
std::string found(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  return "'" + std::string(text.substr(0, kLongest)) + (text.size() > kLongest ? "…" : "") + "': ";
}

// The first of `wanted` in `text` at or after `from` that is outside double quotes.
std::size_t find_unquoted(std::string_view text, std::string_view wanted, std::size_t from = 0) {
  bool quoted = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && wanted.find(text[i]) != std::string_view::npos) {
      return i;
    }
  }
  return std::string_view::npos;
}

Parsed<Argument> read_argument(std::string_view text) {
  Argument argument;
  const std::size_t equals = find_unquoted(text, "=");
  if (equals != std::string_view::npos) {
    argument.name = trimmed(text.substr(0, equals));
    text = trimmed(text.substr(equals + 1));
    if (!is_name(argument.name)) {
      return "'" + std::string(argument.name) + "' is not the name of an argument";
    }
  }
  if (text.empty()) {
    return argument.name.empty() ? "an argument is missing" : "'" + std::string(argument.name) + "=' has no value";
  }
  const std::size_t quote = text.find('"');
  if (quote != std::string_view::npos) {
    if (quote != 0 || text.size() < 2 || text.find('"', 1) != text.size() - 1) {
      return "quotes go round a whole argument";
    }
    text = text.substr(1, text.size() - 2);
    argument.quoted = true;
  }
  argument.text = text;
  return argument;
}

// What is wrong with the parentheses of a text whose first '(' is at `open`, or "".
std::string parentheses_error(std::string_view text, std::size_t open) {
  const std::size_t close = find_unquoted(text, ")", open);
  if (close == std::string_view::npos) {
    return "'(' is not closed; if the value stands in { } or [ ], YAML ended it at a comma: separate arguments by ';'";
  }
  if (find_unquoted(text, "(", open + 1) < close) {
    return "calls are not nested";
  }
  if (close + 1 != text.size()) {
    return "'" + std::string(text.substr(close + 1, 40)) + "' is left over after ')'";
  }
  return "";
}

}  // namespace

const Argument* Call::find(std::string_view wanted) const {
  const auto at = std::find_if(arguments.begin(), arguments.end(), [&](const Argument& a) { return a.name == wanted; });
  return at == arguments.end() ? nullptr : &*at;
}

Parsed<Call> split_call(std::string_view text) {
  text = trimmed(text);
  Call call;
  const std::size_t open = find_unquoted(text, "(");
  call.name = trimmed(text.substr(0, open));
  if (!is_name(call.name)) {
    return found(text) + "a name is needed, as in exponential(10ms)";
  }
  if (open == std::string_view::npos) {
    return call;
  }
  if (const std::string error = parentheses_error(text, open); !error.empty()) {
    return found(text) + error;
  }
  call.parenthesised = true;
  std::string_view rest = trimmed(text.substr(open + 1, text.size() - open - 2));
  const std::string_view separator = find_unquoted(rest, ";") != std::string_view::npos ? ";" : ",";
  while (!rest.empty()) {
    const std::size_t end = find_unquoted(rest, separator);
    Parsed<Argument> argument = read_argument(trimmed(rest.substr(0, end)));
    if (const std::string* const error = std::get_if<std::string>(&argument)) {
      return found(text) + *error;
    }
    const Argument& read = std::get<Argument>(argument);
    if (!read.name.empty() && call.find(read.name) != nullptr) {
      return found(text) + "argument '" + std::string(read.name) + "' is given twice";
    }
    call.arguments.push_back(read);
    if (end != std::string_view::npos && end + 1 == rest.size()) {
      return found(text) + "an argument is missing after the last '" + std::string(separator) + "'";
    }
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return call;
}

std::optional<std::pair<std::string_view, std::string_view>> split_interval(std::string_view text) {
  const std::size_t at = text.find("..");
  if (at == std::string_view::npos || text.find('"') < at) {
    return std::nullopt;
  }
  return std::pair{trimmed(text.substr(0, at)), trimmed(text.substr(at + 2))};
}

}  // namespace loadstone
