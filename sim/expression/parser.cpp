#include "sim/expression/parser.hpp"

#include <algorithm>
#include <array>

#include "sim/expression/lexer.hpp"

namespace loadstone::expression {
namespace {

struct Infix {
  std::string_view symbol;
  int power;  // how tightly it binds
  Op op;
};

constexpr int kNot = 3;
constexpr int kComparison = 4;
constexpr int kInterval = 5;
constexpr int kAdditive = 6;
constexpr int kUnary = 8;

constexpr std::array kInfixes{
    Infix{"or", 1, Op::or_},
    Infix{"and", 2, Op::and_},
    Infix{"==", kComparison, Op::equal},
    Infix{"!=", kComparison, Op::not_equal},
    Infix{"<", kComparison, Op::less},
    Infix{"<=", kComparison, Op::less_equal},
    Infix{">", kComparison, Op::greater},
    Infix{">=", kComparison, Op::greater_equal},
    Infix{"~", kComparison, Op::near},
    Infix{"in", kComparison, Op::in},
    Infix{"not", kComparison, Op::in},  // `a not in b`
    Infix{"within", kComparison, Op::within},
    Infix{"..", kInterval, Op::interval},
    Infix{"+", kAdditive, Op::add},
    Infix{"-", kAdditive, Op::subtract},
    Infix{"*", 7, Op::multiply},
    Infix{"/", 7, Op::divide},
};

struct Function {
  std::string_view name;
  Op op;
  std::size_t arguments;  // 0: one or more, lists too
};

constexpr std::array kFunctions{
    Function{"min", Op::min, 0},     Function{"max", Op::max, 0},   Function{"sum", Op::sum, 0},
    Function{"count", Op::count, 0}, Function{"ceil", Op::ceil, 1}, Function{"floor", Op::floor, 1},
    Function{"sqrt", Op::sqrt, 1},   Function{"log", Op::log, 1},   Function{"if", Op::if_, 3},
};

class Parser {
 public:
  Parser(std::string_view text, const Place& place, Diagnostics& diagnostics) : diagnostics_(&diagnostics) {
    ast_.text = std::string(text);
    ast_.place = place;
    advance();
  }

  std::optional<Ast> run() {
    if (ast_.text.size() > kMostCharacters) {
      fail(0, "the expression is longer than 4096 characters");
    } else if (token_.kind == Token::Kind::end) {
      fail(0, "an expression is missing");
    } else {
      parse(0);
    }
    if (!failed_ && token_.kind != Token::Kind::end) {
      unexpected("an operator or the end");
    }
    return failed_ ? std::nullopt : std::optional(std::move(ast_));
  }

 private:
  using Index = std::uint32_t;

  void fail(Index offset, std::string message, std::vector<std::string> notes = {}) {
    if (!failed_) {
      failed_ = true;
      diagnostics_->error(ast_.place_at(offset), "expression '" + shown() + "': " + std::move(message),
                          std::move(notes));
    }
  }

  std::string shown() const {
    constexpr std::size_t kLongest = 80;
    return ast_.text.size() <= kLongest ? ast_.text : ast_.text.substr(0, kLongest) + "…";
  }

  void unexpected(std::string_view wanted) {
    if (token_.kind == Token::Kind::wrong) {
      fail(token_.begin, token_.error);
      return;
    }
    const std::string_view found = std::string_view(ast_.text).substr(token_.begin, token_.end - token_.begin);
    fail(token_.begin, (found.empty() ? "it ends" : "found '" + std::string(found) + "'") + " where " +
                           std::string(wanted) + " is needed");
  }

  void advance() {
    last_end_ = token_.end;
    token_ = next_token(ast_.text, token_.end);
  }

  [[nodiscard]] bool at(std::string_view symbol) const {
    return token_.kind == Token::Kind::symbol && token_.text == symbol;
  }

  bool take(std::string_view symbol) {
    const bool found = at(symbol);
    if (found) {
      advance();
    }
    return found;
  }

  void expect(std::string_view symbol) {
    if (!failed_ && !take(symbol)) {
      unexpected("'" + std::string(symbol) + "'");
    }
  }

  Index add(Op op, Index begin, std::vector<Index> operands) {
    Term term;
    term.op = op;
    term.begin = begin;
    term.end = last_end_;
    for (const Index operand : operands) {
      term.depth = std::max(term.depth, ast_.terms[operand].depth + 1);
    }
    term.operands = std::move(operands);
    if (term.depth > kMostDepth) {
      fail(begin, "more than 256 operators in a row; use sum(...) or split it");
    }
    return add(std::move(term));
  }

  Index add(Term term) {
    ast_.terms.push_back(std::move(term));
    return static_cast<Index>(ast_.terms.size() - 1);
  }

  // Everything that binds tighter than `power`.
  Index parse(int power) {
    if (++nesting_ > kMostNesting) {
      fail(token_.begin, "more than 64 levels");
    }
    const Index begin = token_.begin;
    Index left = failed_ ? 0 : prefix();
    while (!failed_) {
      const auto infix = std::find_if(kInfixes.begin(), kInfixes.end(), [&](const Infix& i) { return at(i.symbol); });
      if (infix == kInfixes.end() || infix->power <= power) {
        break;
      }
      advance();
      left = infix->power == kComparison ? comparison(*infix, begin, left) : binary(*infix, begin, left);
    }
    --nesting_;
    return left;
  }

  Index binary(const Infix& infix, Index begin, Index left) {
    const Index right = parse(infix.power);
    if (!failed_ && infix.op == Op::interval && at("..")) {
      fail(token_.begin, "an interval has two ends");
    }
    return failed_ ? 0 : add(infix.op, begin, {left, right});
  }

  Index comparison(const Infix& infix, Index begin, Index left) {
    Index result = 0;
    if (infix.symbol == "not") {
      expect("in");
      result = failed_ ? 0 : membership(begin, left);
      result = failed_ ? 0 : add(Op::not_, begin, {result});
    } else if (infix.op == Op::in) {
      result = membership(begin, left);
    } else if (infix.op == Op::within) {
      const Index tolerance = parse(kInterval);
      if (!failed_ && !(token_.kind == Token::Kind::name && token_.text == "of")) {
        unexpected("'of', as in 'a within 10% of b',");
      }
      advance();
      const Index reference = failed_ ? 0 : parse(kComparison);
      result = failed_ ? 0 : add(Op::within, begin, {left, tolerance, reference});
    } else {
      result = relation(infix.op, begin, left);
    }
    const bool chained = !failed_ && std::any_of(kInfixes.begin(), kInfixes.end(), [&](const Infix& i) {
      return i.power == kComparison && at(i.symbol);
    });
    if (chained) {
      fail(token_.begin, "comparisons do not chain; write 'a < b and b < c'");
    }
    return result;
  }

  Index relation(Op op, Index begin, Index left) {
    const Index right = parse(kComparison);
    if (failed_) {
      return 0;
    }
    if (op == Op::near) {
      const Term& term = ast_.terms[right];
      const bool negated = term.op == Op::negate && ast_.terms[term.operands[0]].op == Op::number;
      if (term.op != Op::number && !negated) {
        fail(term.begin, "'~' compares with the digits of a number as it is written, as in 'a ~ 1.20'");
      }
    }
    if (op == Op::equal && take("within")) {
      const Index tolerance = parse(kInterval);
      return failed_ ? 0 : add(Op::within, begin, {left, tolerance, right});
    }
    return failed_ ? 0 : add(op, begin, {left, right});
  }

  Index membership(Index begin, Index left) {
    std::vector<Index> operands{left};
    const bool list = at("[");
    if (list) {
      append_list(operands);
    } else {
      operands.push_back(parse(kComparison));
    }
    if (failed_) {
      return 0;
    }
    const Index term = add(Op::in, begin, std::move(operands));
    ast_.terms[term].in_list = list;
    return term;
  }

  void append_list(std::vector<Index>& items) {
    expect("[");
    do {
      items.push_back(parse(0));
    } while (!failed_ && (take(",") || take(";")));
    expect("]");
  }

  Index prefix() {
    const Index begin = token_.begin;
    if (token_.kind == Token::Kind::quantity || token_.kind == Token::Kind::text || at("true") || at("false")) {
      return literal();
    }
    if (token_.kind == Token::Kind::name) {
      return name_or_call();
    }
    if (take("-")) {
      const Index operand = parse(kUnary);
      return failed_ ? 0 : add(Op::negate, begin, {operand});
    }
    if (take("not")) {
      const Index operand = parse(kNot - 1);
      return failed_ ? 0 : add(Op::not_, begin, {operand});
    }
    if (take("(")) {
      const Index inner = parse(0);
      expect(")");
      return inner;
    }
    if (at("[")) {
      fail(begin, "a list stands after 'in' and in min, max, sum and count only");
      return 0;
    }
    unexpected("a value");
    return 0;
  }

  Index literal() {
    Term term;
    term.op = token_.kind == Token::Kind::quantity ? Op::number
              : token_.kind == Token::Kind::text   ? Op::text
                                                   : Op::boolean;
    term.begin = token_.begin;
    term.end = token_.end;
    term.quantity = token_.quantity;
    term.text = std::string(token_.text);
    term.truth = at("true");
    advance();
    return add(std::move(term));
  }

  Index name_or_call() {
    const Token name = token_;
    advance();
    if (at("(")) {
      return call(name);
    }
    Term term;
    term.op = Op::name;
    term.begin = name.begin;
    term.end = name.end;
    term.text = std::string(name.text);
    if (std::find(ast_.names.begin(), ast_.names.end(), term.text) == ast_.names.end()) {
      ast_.names.push_back(term.text);
    }
    return add(std::move(term));
  }

  Index call(const Token& name) {
    const auto function =
        std::find_if(kFunctions.begin(), kFunctions.end(), [&](const Function& f) { return f.name == name.text; });
    if (function == kFunctions.end()) {
      std::vector<std::string_view> names;
      for (const Function& candidate : kFunctions) {
        names.push_back(candidate.name);
      }
      fail(name.begin, "unknown function '" + std::string(name.text) + "'", choices(name.text, std::move(names)));
      return 0;
    }
    expect("(");
    std::vector<Index> arguments;
    do {
      if (function->arguments == 0 && at("[")) {
        append_list(arguments);
      } else {
        arguments.push_back(parse(0));
      }
    } while (!failed_ && (take(";") || take(",")));
    expect(")");
    if (!failed_ && function->arguments != 0 && arguments.size() != function->arguments) {
      fail(name.begin, std::string(name.text) + " takes " + std::to_string(function->arguments) + " argument" +
                           (function->arguments == 1 ? "" : "s") + ", found " + std::to_string(arguments.size()));
    }
    return failed_ ? 0 : add(function->op, name.begin, std::move(arguments));
  }

  Ast ast_;
  Diagnostics* diagnostics_;
  Token token_;
  Index last_end_ = 0;
  Index nesting_ = 0;
  bool failed_ = false;
};

}  // namespace

std::optional<Ast> parse(std::string_view text, const Place& place, Diagnostics& diagnostics) {
  return Parser(text, place, diagnostics).run();
}

}  // namespace loadstone::expression
