// SPDX-License-Identifier: Apache-2.0
// A small reader and writer of JSON (RFC 8259) for modules that are given or give some: nothing to link. It reads at most 100
// levels, more than a host hands over, and takes no key twice; what is not JSON is std::nullopt, never an exception.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rapt::json {

/// One JSON value. Asked for what it is not, it answers with the default: a chain of get() needs no checks between.
class Value {
 public:
  enum class Kind { kNull, kBool, kNumber, kText, kList, kObject };

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
  [[nodiscard]] bool truth(bool otherwise = false) const { return is(Kind::kBool) ? truth_ : otherwise; }
  [[nodiscard]] double number(double otherwise = 0) const { return is(Kind::kNumber) ? number_ : otherwise; }
  /// A whole number of at most 2^53; `otherwise` for any other value.
  [[nodiscard]] std::int64_t integer(std::int64_t otherwise = 0) const {
    constexpr double kMost = 9007199254740992.0;
    const bool whole = is(Kind::kNumber) && std::trunc(number_) == number_ && std::fabs(number_) <= kMost;
    return whole ? static_cast<std::int64_t>(number_) : otherwise;
  }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] const std::vector<Value>& list() const { return list_; }
  /// A member of an object; a null value when it is not there.
  [[nodiscard]] const Value& get(std::string_view key) const {
    static const Value null;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (keys_[i] == key) return list_[i];
    }
    return null;
  }
  [[nodiscard]] bool has(std::string_view key) const { return !get(key).is(Kind::kNull); }
  /// Keys of an object, in their order; list() holds their values.
  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }

 private:
  friend class Parser;
  Kind kind_ = Kind::kNull;
  bool truth_ = false;
  double number_ = 0;
  std::string text_;
  std::vector<std::string> keys_;
  std::vector<Value> list_;
};

/// Use parse().
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}
  std::optional<Value> whole() {
    Value out;
    if (!value(out, 0)) return std::nullopt;
    space();
    if (at_ != text_.size()) return std::nullopt;
    return out;
  }

 private:
  static constexpr int kDeepest = 100;
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) { return peek() == c && at_ < text_.size() && (++at_, true); }
  bool take(std::string_view word) { return text_.substr(at_, word.size()) == word && (at_ += word.size(), true); }
  void space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n') ++at_;
  }
  bool digits() {
    const auto start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > start;
  }
  bool number(Value& out) {
    const auto start = at_;
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    if (at_ - start > 64) return false;
    out.kind_ = Value::Kind::kNumber;
    out.number_ = std::strtod(std::string(text_.substr(start, at_ - start)).c_str(), nullptr);
    return std::isfinite(out.number_);
  }
  bool hex(std::uint32_t& out) {
    out = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = peek();
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return false;
      ++at_;
      out = out * 16 + static_cast<std::uint32_t>(digit);
    }
    return true;
  }
  static void append(std::string& out, std::uint32_t code) {
    const auto add = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) return add(code);
    if (code < 0x800) return add(0xC0 | (code >> 6)), add(0x80 | (code & 0x3F));
    if (code < 0x10000) return add(0xE0 | (code >> 12)), add(0x80 | ((code >> 6) & 0x3F)), add(0x80 | (code & 0x3F));
    add(0xF0 | (code >> 18)), add(0x80 | ((code >> 12) & 0x3F)), add(0x80 | ((code >> 6) & 0x3F)), add(0x80 | (code & 0x3F));
  }
  bool unicode(std::string& out) {
    std::uint32_t code = 0, second = 0;
    if (!hex(code) || (code >= 0xDC00 && code <= 0xDFFF)) return false;
    if (code >= 0xD800 && code <= 0xDBFF) {
      if (!take("\\u") || !hex(second) || second < 0xDC00 || second > 0xDFFF) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
    }
    append(out, code);
    return true;
  }
  bool escape(std::string& out) {
    static constexpr std::string_view kNames = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    if (take('u')) return unicode(out);
    const auto which = at_ < text_.size() ? kNames.find(text_[at_]) : std::string_view::npos;
    if (which == std::string_view::npos) return false;
    ++at_;
    out += kMeant[which];
    return true;
  }
  bool string(std::string& out) {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
      } else if (!escape(out)) {
        return false;
      }
    }
    return false;
  }
  bool member(Value& out) {
    std::string key;
    if (space(), !string(key)) return false;
    for (const auto& known : out.keys_) {
      if (known == key) return false;
    }
    out.keys_.push_back(std::move(key));
    return space(), take(':');
  }
  bool members(Value& out, char end, int depth) {
    if (space(), take(end)) return true;
    do {
      if (end == '}' && !member(out)) return false;
      if (!value(out.list_.emplace_back(), depth + 1)) return false;
      space();
    } while (take(','));
    return take(end);
  }
  bool word(Value& out) {
    if (take("null")) return true;
    out.kind_ = Value::Kind::kBool;
    out.truth_ = take("true");
    return out.truth_ || take("false");
  }
  bool value(Value& out, int depth) {
    space();
    if (depth >= kDeepest) return false;
    if (take('{')) return out.kind_ = Value::Kind::kObject, members(out, '}', depth);
    if (take('[')) return out.kind_ = Value::Kind::kList, members(out, ']', depth);
    if (peek() == '"') return out.kind_ = Value::Kind::kText, string(out.text_);
    if (peek() == '-' || (peek() >= '0' && peek() <= '9')) return number(out);
    return word(out);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

inline std::optional<Value> parse(std::string_view text) { return Parser(text).whole(); }

/// A text as a JSON string, with its quotes. `text` is UTF-8.
inline std::string quote(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return out += '"';
}

/// An object of texts: `object({{"name", name}, {"value", value}})`.
inline std::string object(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  std::string out = "{";
  for (const auto& [key, value] : members) out += (out.size() > 1 ? "," : "") + quote(key) + ":" + quote(value);
  return out += '}';
}

}  // namespace rapt::json
