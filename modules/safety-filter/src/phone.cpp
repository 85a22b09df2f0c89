// SPDX-License-Identifier: AGPL-3.0-or-later
#include <array>

#include "context.hpp"
#include "scanners.hpp"
#include "shape.hpp"

namespace safety {
namespace {

constexpr std::array<std::string_view, 19> kPhoneCues = {
    "phone", "call", "text", "txt",   "cell",    "mobile",    "tel",    "telephone",  "whatsapp",  "dial",
    "fax",   "sms",  "hmu",  "reach", "contact", "my number", "my num", "her number", "his number"};
constexpr std::array<std::string_view, 30> kMaths = {
    "equation", "equal", "equals",   "plus",    "minus",      "times",  "divided",  "divide",  "multiply", "multiplied",
    "subtract", "add",   "sum",      "digits",  "digit",      "prime",  "factor",   "factors", "round",    "rounded",
    "exponent", "power", "notation", "decimal", "population", "binary", "sequence", "pattern", "pi",       "integer"};
constexpr std::array<std::string_view, 9> kArithmetic = {"what is",  "whats",    "what's",  "solve",   "calculate",
                                                         "evaluate", "simplify", "compute", "subtract"};

/// One place in the text that may be a phone number, and what the rules ask about it.
struct Candidate {
  const Normalized& text;
  Part part;
  Surroundings around{text, part.begin(), part.end()};

  [[nodiscard]] bool cue() const { return around.said_before(kPhoneCues); }
  [[nodiscard]] bool formula() const { return around.in_formula() || around.directly_after(kArithmetic); }
  [[nodiscard]] bool maths() const { return formula() || around.said_around(kMaths); }
};

/// f(415) is a function's value, and 2(415) a product.
bool is_applied(const Normalized& text, const Run& run, std::size_t first) {
  const auto begin = run.groups[first].begin;
  if (begin == 0 || text.text[begin - 1] != '(') return false;
  return begin > 1 &&
         (is_letter(text.text[begin - 2]) || is_digit(text.text[begin - 2]) || text.text[begin - 2] == ')');
}

/// North American numbering plan: areas and exchanges begin with 2 to 9 and are no service code (N11).
bool north_american(std::string_view d) {
  if (d.size() == 11) d.remove_prefix(1);
  return d[0] >= '2' && d[3] >= '2' && !(d[1] == '1' && d[2] == '1') && !(d[4] == '1' && d[5] == '1');
}

bool written_as_phone(const Part& part) {
  const bool shape = part.sized({3, 3, 4}) || part.sized({1, 3, 3, 4});
  return shape && (part.has_gap(Gap::kHyphen) || part.has_gap(Gap::kDot) || part.has_gap(Gap::kClose)) && part.apart();
}

bool is_ten(const Candidate& c) {
  const Part& part = c.part;
  const auto digits = part.digits();
  if (part.run.groups[part.first].glued_front) return false;
  if (part.spelled() >= 3) return !is_counting(part) && !c.around.in_formula();
  if (written_as_phone(part)) return c.cue() || !c.formula();
  const bool decimal = part.has_gap(Gap::kDot) || (part.first > 0 && part.run.gaps[part.first - 1] == Gap::kDot);
  if (decimal || part.glued()) return false;
  if (c.cue()) return !is_counting(part);
  return part.last - part.first <= 3 && !part.single_digits() && part.alone() && north_american(digits) && !c.maths() &&
         (part.first == part.last || part.sized({3, 3, 4}) || part.sized({1, 3, 3, 4}) || part.sized({3, 7}) ||
          part.sized({6, 4}) || part.sized({1, 10}));
}

/// 020 7946 0958, 07700 900123, 030 1234567.
bool is_trunk_prefixed(const Candidate& c) {
  const Part& part = c.part;
  const auto digits = part.digits();
  const auto lead = part.run.groups[part.first].digits.size();
  if (digits[0] != '0' || part.glued() || part.has_gap(Gap::kDot) || !part.alone()) return false;
  if (c.cue()) return true;
  const bool binary = digits.find_first_not_of("01") == std::string::npos;
  const bool shape = part.first != part.last && part.last - part.first <= 2 && lead >= 3 && lead <= 5;
  return shape && !binary && !is_counting(part) && !c.maths() && (part.gaps_equal() || part.has_gap(Gap::kClose));
}

bool is_local(const Candidate& c) {
  const Part& part = c.part;
  if (part.glued() || part.has_gap(Gap::kDot) || !part.apart() || is_counting(part) || c.around.in_formula())
    return false;
  return (part.sized({3, 4}) || part.sized({7}) || part.single_digits()) && !part.has_gap(Gap::kClose) &&
         part.digits()[0] >= '2' && c.cue();
}

/// "+" and a country code, up to 15 digits (ITU-T E.164). "x +44…" is a sum.
std::size_t match_international(const Normalized& text, const Run& run, std::size_t first) {
  const auto begin = run.groups[first].begin;
  if (begin == 0 || text.text[begin - 1] != '+' || run.groups[first].digits[0] == '0') return Run::npos;
  const Surroundings before(text, begin - 1, begin);
  const char left = before.before();
  const bool word_of_one =
      is_letter(left) && !(begin >= 4 && is_letter(text.text[begin - 3]) && is_letter(text.text[begin - 4]));
  if (is_digit(left) || word_of_one || std::string_view("=)*/^<>").find(left) < 7) return Run::npos;
  const bool american = run.groups[first].digits[0] == '1';
  for (std::size_t size = american ? 11 : 15; size >= (american ? 11u : 8u); --size) {
    const auto last = run.span(first, size);
    if (last == Run::npos) continue;
    const Candidate c{text, {run, first, last}};
    if (c.part.glued() || (c.part.has_gap(Gap::kDot) && c.part.last - c.part.first < 2)) return Run::npos;
    return c.part.last > c.part.first || size >= 10 || c.cue() ? last : Run::npos;
  }
  return Run::npos;
}

}  // namespace

std::size_t match_phone(const Normalized& text, const Run& run, std::size_t first) {
  if (is_applied(text, run, first)) return Run::npos;
  if (const auto last = match_international(text, run, first); last != Run::npos) return last;
  for (const std::size_t size : {std::size_t{11}, std::size_t{10}}) {
    const auto last = run.span(first, size);
    if (last == Run::npos) continue;
    const Candidate c{text, {run, first, last}};
    if (is_trunk_prefixed(c)) return last;
    if ((size == 10 || run.groups[first].digits[0] == '1') && is_ten(c)) return last;
  }
  if (const auto last = run.span(first, 7); last != Run::npos && is_local({text, {run, first, last}})) return last;
  return Run::npos;
}

}  // namespace safety
