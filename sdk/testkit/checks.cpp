// SPDX-License-Identifier: Apache-2.0
#include <rapt/testkit.hpp>

namespace rapt::testkit {
namespace {

/// Length of the UTF-8 sequence at `at`, 0 when it is none (RFC 3629: no overlong form, no surrogate, nothing past
/// U+10FFFF) or NUL, which a database cannot hold.
std::size_t sequence(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(at), second = byte(at + 1);
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    return tail(at + 1) && tail(at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return tail(at + 1) && tail(at + 2) && tail(at + 3) ? 4 : 0;
  }
  return 0;
}

/// Recognizes one JSON value (RFC 8259), at most 64 levels deep, that a database can hold: no \u0000, no half of a
/// surrogate pair, no number beyond measure.
class JsonChecker {
 public:
  explicit JsonChecker(std::string_view text) : text_(text) {}
  bool whole() { return value(0) && (space(), at_ == text_.size()); }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) { return at_ < text_.size() && text_[at_] == c && (++at_, true); }
  bool take(std::string_view word) { return text_.substr(at_, word.size()) == word && (at_ += word.size(), true); }
  void space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool digits() {
    const auto start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > start;
  }
  bool number() {
    const auto start = at_;
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      const auto exponent = at_;
      if (!digits() || at_ - exponent > 3) return false;
    }
    return at_ - start <= 64;
  }
  bool hex(unsigned& out) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    out = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const auto digit = kDigits.find(peek() >= 'A' && peek() <= 'F' ? static_cast<char>(peek() + 32) : peek());
      if (digit == std::string_view::npos) return false;
      out = out * 16 + static_cast<unsigned>(digit);
    }
    return true;
  }
  bool escape() {
    if (!take('u'))
      return at_ < text_.size() && std::string_view("\"\\/bfnrt").find(text_[at_++]) != std::string_view::npos;
    unsigned unit = 0, second = 0;
    if (!hex(unit) || unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) return false;
    if (unit < 0xD800 || unit > 0xDBFF) return true;
    return take("\\u") && hex(second) && second >= 0xDC00 && second <= 0xDFFF;
  }
  bool string() {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20 || (c == '\\' && !escape())) return false;
    }
    return false;
  }
  bool members(char end, bool keyed, int depth) {
    if (space(), take(end)) return true;
    do {
      if (keyed && !(space(), string() && (space(), take(':')))) return false;
      if (!value(depth + 1)) return false;
    } while (space(), take(','));
    return take(end);
  }
  bool value(int depth) {
    space();
    if (depth >= 64 && (peek() == '{' || peek() == '[')) return false;
    if (take('{')) return members('}', true, depth);
    if (take('[')) return members(']', false, depth);
    if (peek() == '"') return string();
    return take("true") || take("false") || take("null") || number();
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto step = sequence(text, i);
    if (step == 0) return false;
    i += step;
  }
  return true;
}

bool is_json(std::string_view text) {
  return is_utf8(text) && JsonChecker(text).whole();
}

}  // namespace rapt::testkit
