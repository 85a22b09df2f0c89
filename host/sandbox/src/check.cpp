// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/check.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "rapt/sandbox/wire.hpp"

namespace rapt::sandbox {
namespace {

/// Length of the well-formed sequence at `p`, 0 when it is not one. Table 3-7 of the Unicode standard.
std::size_t sequence_length(const unsigned char* p, std::size_t left) {
  const unsigned char lead = p[0];
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (left < length) return 0;
  unsigned char low = 0x80, high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  if (p[1] < low || p[1] > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((p[i] & 0xC0) != 0x80) return 0;
  }
  return length;
}

class JsonChecker {
 public:
  JsonChecker(std::string_view text, unsigned max_depth)
      : p_(text.data()), end_(p_ + text.size()), max_depth_(max_depth) {}

  bool document() {
    if (!value(0)) return false;
    space();
    return p_ == end_;
  }

 private:
  void space() {
    while (p_ != end_ && (*p_ == ' ' || *p_ == '\t' || *p_ == '\n' || *p_ == '\r')) ++p_;
  }
  bool take(char c) {
    if (p_ == end_ || *p_ != c) return false;
    ++p_;
    return true;
  }
  bool word(const char* text) {
    const std::size_t size = std::strlen(text);
    if (static_cast<std::size_t>(end_ - p_) < size || std::memcmp(p_, text, size) != 0) return false;
    p_ += size;
    return true;
  }

  bool value(unsigned depth) {
    space();
    if (p_ == end_) return false;
    switch (*p_) {
      case '{':
        return depth < max_depth_ && container('}', depth);
      case '[':
        return depth < max_depth_ && container(']', depth);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool container(char close, unsigned depth) {
    ++p_;
    space();
    if (take(close)) return true;
    do {
      if (close == '}' && !key()) return false;
      if (!value(depth + 1)) return false;
      space();
    } while (take(','));
    return take(close);
  }

  bool key() {
    space();
    if (!string()) return false;
    space();
    return take(':');
  }

  bool hex4(unsigned& out) {
    if (end_ - p_ < 4) return false;
    out = 0;
    for (int i = 0; i < 4; ++i, ++p_) {
      const char c = *p_;
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return false;
      out = out * 16 + static_cast<unsigned>(digit);
    }
    return true;
  }

  bool unicode_escape() {
    unsigned unit = 0, second = 0;
    if (!hex4(unit) || unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) return false;
    if (unit < 0xD800 || unit > 0xDBFF) return true;
    return take('\\') && take('u') && hex4(second) && second >= 0xDC00 && second <= 0xDFFF;
  }

  bool string() {
    if (!take('"')) return false;
    while (p_ != end_) {
      const auto c = static_cast<unsigned char>(*p_);
      if (c == '"') return take('"');
      if (c < 0x20) return false;
      ++p_;
      if (c != '\\') continue;  // UTF-8 was checked for the whole document
      if (p_ == end_) return false;
      const char escape = *p_++;
      if (escape == 'u') {
        if (!unicode_escape()) return false;
      } else if (std::strchr("\"\\/bfnrt", escape) == nullptr || escape == '\0') {
        return false;
      }
    }
    return false;
  }

  std::size_t digits() {
    const char* start = p_;
    while (p_ != end_ && *p_ >= '0' && *p_ <= '9') ++p_;
    return static_cast<std::size_t>(p_ - start);
  }

  bool number() {
    const char* start = p_;
    take('-');
    if (!take('0') && digits() == 0) return false;
    if (take('.') && digits() == 0) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      const std::size_t count = digits();
      if (count == 0 || count > 3) return false;
    }
    return p_ - start <= 64;
  }

  const char* p_;
  const char* end_;
  unsigned max_depth_;
};

}  // namespace

bool is_plain_text(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t left = text.size();
  while (left != 0) {
    const std::size_t length = *p == 0 ? 0 : sequence_length(p, left);
    if (length == 0) return false;
    p += length;
    left -= length;
  }
  return true;
}

bool is_plain_json(std::string_view text, unsigned max_depth) {
  return is_plain_text(text) && JsonChecker(text, max_depth).document();
}

bool is_extraction_type(std::string_view text) {
  if (text.empty() || text.size() > wire::kMaxTypeBytes) return false;
  char before = '-';
  for (const char c : text) {
    const bool joint = c == '-' || c == '.';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (!joint && !letter) return false;
    if (joint && (before == '-' || before == '.')) return false;
    before = c;
  }
  return before != '-' && before != '.';
}

bool is_metric_name(std::string_view text) {
  if (text.empty() || text.size() > wire::kMaxMetricNameBytes || text.front() < 'a' || text.front() > 'z') return false;
  for (const char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

}  // namespace rapt::sandbox
