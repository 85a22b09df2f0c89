// SPDX-License-Identifier: AGPL-3.0-or-later
#include "equation.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <vector>

namespace rapt::demo {

namespace {

struct Token {
  enum class Kind { kNumber, kVariable, kOperator, kEquals, kOther } kind = Kind::kOther;
  double number = 0;
  char symbol = 0;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::size_t kLongestText = 32'000;
constexpr double kLargest = 1e9;

Token number_at(std::string_view text, std::size_t& at) {
  double value = 0;
  const auto [end, fault] =
      std::from_chars(text.data() + at, text.data() + text.size(), value, std::chars_format::fixed);
  auto stop = static_cast<std::size_t>(end - text.data());
  if (stop > at && text[stop - 1] == '.') --stop;
  at = stop;
  return fault == std::errc{} && value <= kLargest ? Token{Token::Kind::kNumber, value} : Token{};
}

Token word_at(std::string_view text, std::size_t& at) {
  const auto start = at;
  while (at < text.size() && (is_letter(text[at]) || text[at] == '\'')) ++at;
  if (at - start != 1) return {};
  return {Token::Kind::kVariable, 0, text[start]};
}

std::vector<Token> terms_of(std::string_view text) {
  std::vector<Token> tokens;
  text = text.substr(0, kLongestText);
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_digit(c)) {
      tokens.push_back(number_at(text, at));
    } else if (is_letter(c)) {
      tokens.push_back(word_at(text, at));
    } else if (text.substr(at, 3) == "\xE2\x88\x92") {  // the minus sign of typographers
      tokens.push_back({Token::Kind::kOperator, 0, '-'});
      at += 3;
    } else if (text.substr(at, 2) == "\xC2\xB2") {  // superscript two
      tokens.push_back({Token::Kind::kOperator, 0, '^'});
      tokens.push_back({Token::Kind::kNumber, 2});
      at += 2;
    } else {
      ++at;
      if (c == '=')
        tokens.push_back({Token::Kind::kEquals});
      else if (c == '+' || c == '-' || c == '*' || c == '^')
        tokens.push_back({Token::Kind::kOperator, 0, c});
      else if (c != ' ' && c != '$')
        tokens.push_back({});
    }
  }
  return tokens;
}

/// Reads terms like 3x, -2, x^2 from a run of tokens.
class SideReader {
 public:
  SideReader(const std::vector<Token>& tokens, std::size_t at, std::size_t end) : tokens_(tokens), at_(at), end_(end) {}

  /// The longest expression from the start; nullopt when there is not one term.
  std::optional<DemoSide> read() {
    DemoSide side;
    double sign = take('-') ? -1 : 1;
    if (!term(side, sign)) return std::nullopt;
    while (at_ < end_) {
      const auto before = at_;
      sign = take('-') ? -1 : take('+') ? 1 : 0;
      if (sign == 0 || !term(side, sign)) {
        at_ = before;
        break;
      }
    }
    return side;
  }
  [[nodiscard]] bool at_end() const { return at_ == end_; }
  [[nodiscard]] char variable() const { return variable_; }

 private:
  bool take(char symbol) {
    if (at_ == end_ || tokens_[at_].kind != Token::Kind::kOperator || tokens_[at_].symbol != symbol) return false;
    ++at_;
    return true;
  }
  std::optional<Token> take(Token::Kind kind) {
    if (at_ == end_ || tokens_[at_].kind != kind) return std::nullopt;
    return tokens_[at_++];
  }
  bool term(DemoSide& side, double sign) {
    const auto number = take(Token::Kind::kNumber);
    if (number) take('*');
    const auto symbol = take(Token::Kind::kVariable);
    if (!number && !symbol) return false;
    const double factor = sign * (number ? number->number : 1);
    if (!symbol) {
      side.constant += factor;
      return true;
    }
    if (variable_ != 0 && variable_ != symbol->symbol) return false;
    variable_ = symbol->symbol;
    if (!take('^')) {
      side.linear += factor;
      return true;
    }
    const auto power = take(Token::Kind::kNumber);
    if (!power || power->number != 2) return false;
    side.square += factor;
    return true;
  }

  const std::vector<Token>& tokens_;
  std::size_t at_, end_;
  char variable_ = 0;
};

std::string side_text(const DemoSide& side, char variable) {
  std::string text;
  auto add = [&text](double factor, const std::string& symbol) {
    if (factor == 0) return;
    const auto size = std::abs(factor);
    if (text.empty())
      text = factor < 0 ? "-" : "";
    else
      text += factor < 0 ? " - " : " + ";
    if (size != 1 || symbol.empty()) text += demo_number(size);
    text += symbol;
  };
  add(side.square, std::string(1, variable) + "^2");
  add(side.linear, std::string(1, variable));
  add(side.constant, "");
  return text.empty() ? "0" : text;
}

std::optional<DemoEquation> equation_around(const std::vector<Token>& tokens, std::size_t equals) {
  SideReader right(tokens, equals + 1, tokens.size());
  const auto right_side = right.read();
  if (!right_side) return std::nullopt;
  for (std::size_t start = equals > 24 ? equals - 24 : 0; start < equals; ++start) {
    if (start > 0 && tokens[start - 1].kind == Token::Kind::kOperator) continue;  // the middle of something longer
    SideReader left(tokens, start, equals);
    const auto left_side = left.read();
    if (!left_side || !left.at_end()) continue;
    if (left.variable() != 0 && right.variable() != 0 && left.variable() != right.variable()) continue;
    DemoEquation found{*left_side, *right_side, left.variable() != 0 ? left.variable() : right.variable(), {}};
    if (!found.left.has_variable() && !found.right.has_variable()) return std::nullopt;
    found.text = side_text(found.left, found.variable) + " = " + side_text(found.right, found.variable);
    return found;
  }
  return std::nullopt;
}

double value_of(const DemoSide& side, double x) {
  return side.square * x * x + side.linear * x + side.constant;
}

}  // namespace

std::optional<double> DemoEquation::stated_value() const {
  auto alone = [](const DemoSide& side) { return side.square == 0 && side.linear == 1 && side.constant == 0; };
  if (alone(left) && !right.has_variable()) return right.constant;
  if (alone(right) && !left.has_variable()) return left.constant;
  return std::nullopt;
}

bool DemoEquation::holds_for(double value) const {
  return std::abs(value_of(left, value) - value_of(right, value)) < 1e-6;
}

std::optional<DemoEquation> find_equation(std::string_view text) {
  const auto tokens = terms_of(text);
  for (auto at = tokens.size(); at-- > 0;) {
    if (tokens[at].kind != Token::Kind::kEquals) continue;
    if (auto found = equation_around(tokens, at)) return found;
  }
  return std::nullopt;
}

std::optional<double> find_number(std::string_view text) {
  std::optional<double> found;
  const auto tokens = terms_of(text);
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    if (tokens[at].kind != Token::Kind::kNumber) continue;
    const bool negative = at > 0 && tokens[at - 1].kind == Token::Kind::kOperator && tokens[at - 1].symbol == '-';
    found = negative ? -tokens[at].number : tokens[at].number;
  }
  return found;
}

std::string demo_number(double value) {
  std::array<char, 32> buffer{};
  const int size = std::snprintf(buffer.data(), buffer.size(), "%.10g", value);
  return {buffer.data(), static_cast<std::size_t>(size)};
}

}  // namespace rapt::demo
