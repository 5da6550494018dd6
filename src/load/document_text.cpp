#include "src/load/document_text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace loadstone::load {
namespace {

constexpr std::size_t kMostStructure = 200'000;
constexpr std::size_t kMostOpen = 10'000;
constexpr std::size_t kChunk = 1024;

// The length of the UTF-8 sequence at the start of `text`, 0 if there is none (overlong forms and surrogates are none).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    return tail(1) ? 2 : 0;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) >= 0xA0;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool beyond = first == 0xF4 && byte(1) >= 0x90;
    return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

std::string code_point(unsigned char c) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  return std::string("U+00") + kHex[c >> 4U] + kHex[c & 15U];
}

bool is_refused_control(unsigned char c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

std::string too_large() {
  return "the file is larger than " + std::to_string(kMostFileBytes >> 20U) + " MiB, the most that is read";
}

}  // namespace

std::optional<std::string> read_text(const std::string& path, std::string_view name, Diagnostics& diagnostics) {
  const Place whole{name, 0, 0};
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    diagnostics.error(whole, error && error != std::errc::no_such_file_or_directory
                                 ? "cannot be read: " + error.message()
                                 : "no such file");
    return std::nullopt;
  }
  if (std::filesystem::is_directory(status)) {
    diagnostics.error(whole, "this is a directory; a file is needed");
    return std::nullopt;
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    diagnostics.error(whole, std::string("cannot be read: ") + std::strerror(errno));
    return std::nullopt;
  }
  std::string text;
  std::string block(std::size_t{1} << 16U, '\0');
  while (text.size() <= kMostFileBytes && in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    text.append(block, 0, static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) {
    diagnostics.error(whole, "cannot be read to its end");
    return std::nullopt;
  }
  return text;
}

bool check_text(std::string_view text, std::string_view name, Diagnostics& diagnostics) {
  if (text.size() > kMostFileBytes) {
    diagnostics.error({name, 0, 0}, too_large());
    return false;
  }
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    diagnostics.error({name, 0, 0}, "the file is empty");
    return false;
  }
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    const std::size_t length = utf8_length(text.substr(i, 4));
    if (length == 0) {
      diagnostics.error({name, line, column}, "this is not text: byte " + std::to_string(i) + " is not UTF-8");
      return false;
    }
    if (is_refused_control(c)) {
      diagnostics.error({name, line, column}, "this is not text: control character " + code_point(c));
      return false;
    }
    line += c == '\n' ? 1 : 0;
    column = c == '\n' ? 1 : column + 1;
    i += length;
  }
  return true;
}

GuardedText::int_type GuardedText::underflow() {
  if (at_ == text_.size()) {
    return traits_type::eof();
  }
  const std::string_view chunk = text_.substr(at_, kChunk);
  at_ += chunk.size();
  for (const char c : chunk) {
    line_ += c == '\n' ? 1 : 0;
    column_ = c == '\n' ? 0 : column_ + ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U ? 0 : 1);
    if (c == '[' || c == '{') {
      ++open_;
    } else if (c == ']' || c == '}') {
      open_ -= open_ > 0 ? 1 : 0;
    }
    structure_ += std::strchr("[]{},:-?", c) != nullptr ? 1 : 0;
    if (open_ > kMostOpen || structure_ > kMostStructure) {
      const char* const what = open_ > kMostOpen
                                   ? "nesting deeper than 64 levels: thousands of brackets are never closed"
                                   : "more than 200,000 brackets, commas and colons in one [ ], { } or text";
      diagnostics_->error({name_, line_, std::max(column_, 1U)}, what);
      throw Abandoned{};
    }
  }
  // A streambuf's pointers are not const; nobody writes through them.
  char* const begin = const_cast<char*>(chunk.data());
  setg(begin, begin, begin + chunk.size());
  return traits_type::to_int_type(*begin);
}

}  // namespace loadstone::load
