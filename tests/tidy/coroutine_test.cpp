// A lambda with captures must not be a coroutine: the frame refers to the lambda object, which is gone by the first
// resume. The rule looks for `[captures] (parameters) ... { body }` where the body itself, not a lambda inside it,
// holds co_await, co_return or co_yield.
#include <gmock/gmock.h>

#include <optional>

#include "tests/tidy/source_tree.hpp"

namespace loadstone::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// One past the bracket that closes the one at `open`; npos if none does.
std::size_t after_closing(std::string_view code, std::size_t open) {
  std::size_t depth = 0;
  for (std::size_t at = open; at < code.size(); ++at) {
    if (code[at] == '(' || code[at] == '[' || code[at] == '{') {
      ++depth;
    } else if ((code[at] == ')' || code[at] == ']' || code[at] == '}') && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

std::size_t skip_blanks(std::string_view code, std::size_t at) {
  return std::min(code.find_first_not_of(" \n", at), code.size());
}

struct Lambda {
  std::size_t begin;       // its '['
  std::size_t body_begin;  // its '{'
  std::size_t end;         // one past its '}'
  bool captures;
};

// The lambda whose introducer opens at `at`, if it is one: not a subscript, an attribute or a structured binding.
std::optional<Lambda> lambda_at(std::string_view code, std::size_t at) {
  const std::size_t before = at == 0 ? at : code.find_last_not_of(" \n", at - 1);
  const bool has_before = at > 0 && before != std::string_view::npos;
  if (has_before && (code[before] == ')' || code[before] == ']' || code[before] == '[')) {
    return std::nullopt;
  }
  if (has_before && is_word_character(code[before])) {
    const std::size_t word = before + 1 - std::min(before + 1, std::size_t{6});
    if (find_words(code.substr(word, before + 1 - word), "return").empty()) {
      return std::nullopt;
    }
  }
  const std::size_t after_capture = after_closing(code, at);
  if (after_capture == std::string_view::npos || code.substr(at).starts_with("[[")) {
    return std::nullopt;
  }
  std::size_t next = skip_blanks(code, after_capture);
  if (next < code.size() && code[next] == '<') {  // template parameters, up to the parameter list
    next = std::min(code.find('(', next), code.size());
  }
  if (next < code.size() && code[next] == '(') {
    const std::size_t after_parameters = after_closing(code, next);
    // specifiers and a return type: up to the body, unless a statement or an argument ends first
    next = after_parameters == std::string_view::npos
               ? code.size()
               : std::min(code.find_first_of("{;,)", after_parameters), code.size());
  }
  if (next >= code.size() || code[next] != '{') {
    return std::nullopt;
  }
  const std::size_t end = after_closing(code, next);
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  return Lambda{at, next, end, skip_blanks(code, at + 1) + 1 < after_capture};
}

Findings capturing_coroutines(const SourceFile& file) {
  const std::string code = code_only(file.text);
  std::vector<Lambda> lambdas;
  for (std::size_t at = code.find('['); at != std::string::npos; at = code.find('[', at + 1)) {
    if (const std::optional<Lambda> lambda = lambda_at(code, at)) {
      lambdas.push_back(*lambda);
    }
  }
  Findings findings;
  for (const std::string_view word : {"co_await", "co_return", "co_yield"}) {
    for (const std::size_t at : find_words(code, word)) {
      const Lambda* innermost = nullptr;  // lambdas are sorted by their beginning, so the last that contains it
      for (const Lambda& lambda : lambdas) {
        innermost = lambda.body_begin < at && at < lambda.end ? &lambda : innermost;
      }
      if (innermost != nullptr && innermost->captures) {
        findings.push_back({file.path, line_at(code, at),
                            std::string(word) + " in the lambda with captures of line " +
                                std::to_string(line_at(code, innermost->begin)) +
                                ": write a function, pass what it needs by value"});
      }
    }
  }
  return findings;
}

Findings in(std::string text) {
  return capturing_coroutines({"a.cpp", std::move(text)});
}

TEST(Coroutines, NoLambdaWithCapturesIsOne) {
  expect_clean(cpp_files(), capturing_coroutines);
}

TEST(CoroutineRule, FindsEveryKindOfCapture) {
  EXPECT_THAT(rules_found(in("auto f = [x](int a) -> Process {\n  co_await a;\n};")),
              ElementsAre("2: co_await in the lambda with captures of line 1: write a function, pass what it needs by "
                          "value"));
  EXPECT_THAT(in("auto f = [&] { co_return; };"), SizeIs(1));
  EXPECT_THAT(in("auto f = [=]() mutable noexcept -> P { co_yield 1; };"), SizeIs(1));
  EXPECT_THAT(in("run([this](P p) { if (p) { co_await p; } });"), SizeIs(1));
  EXPECT_THAT(in("return [a = f({1, 2}), &b]<typename T>(T t) { co_await t; };"), SizeIs(1));
  EXPECT_THAT(in("run(1, [&a](P p)\n{\n co_return;\n}, 2);"), SizeIs(1));
}

TEST(CoroutineRule, AcceptsLambdasWithoutCapturesAndFunctions) {
  EXPECT_THAT(in("auto f = [](int a) -> Process { co_await a; };"), IsEmpty());
  EXPECT_THAT(in("auto f = [ ](int a) -> Process { co_await a; };"), IsEmpty());
  EXPECT_THAT(in("Process f(int a) { co_await g(a); }"), IsEmpty());
  EXPECT_THAT(in("Process f(int a) { auto g = [&] { return a; }; co_await g(); }"), IsEmpty());
}

TEST(CoroutineRule, TheInnermostLambdaCounts) {
  EXPECT_THAT(in("auto f = [&] { spawn([](P p) { co_await p; }); };"), IsEmpty());
  EXPECT_THAT(in("auto f = [](P p) { auto g = [&] { co_await p; }; };"), SizeIs(1));
}

TEST(CoroutineRule, IsNotMisledByOtherBrackets) {
  EXPECT_THAT(in("Process f() { auto [a, b] = g(); h[i] = {1}; co_await a; }"), IsEmpty());
  EXPECT_THAT(in("[[nodiscard]] Process f(int a) { co_return; }"), IsEmpty());
  EXPECT_THAT(in("Process f() { int a[2] = {1, 2}; for (auto& [k, v] : m) { co_await v; } }"), IsEmpty());
  EXPECT_THAT(in("// [x](int a) { co_await a; }\nf(\"[x] { co_await a; }\");"), IsEmpty());
}

}  // namespace
}  // namespace loadstone::tidy
