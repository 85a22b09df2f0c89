// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/json_parse.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "json_bytes.hpp"
#include "rapt/base/text.hpp"

namespace rapt {

namespace {

using nlohmann::json;

constexpr int kDeepest = 16;
/// Digits of a number that fits whatever they are.
constexpr std::size_t kDigits = 18;

/// Each function reads one thing and stands behind it afterwards. False: nothing that is read here.
class PlainReader {
 public:
  explicit PlainReader(std::string_view text) : text_(text) {}
  bool whole(json& into) { return value(into, 0) && blanks() == '\0' && at_ == text_.size(); }

 private:
  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  char blanks() {
    while (here() == ' ' || here() == '\n' || here() == '\r' || here() == '\t') ++at_;
    return here();
  }
  bool skip(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  template <class Value>
  bool constant(std::string_view word, json& into, Value what) {
    into = what;
    return skip(word);
  }

  bool value(json& into, int depth) {
    switch (blanks()) {
      case '{':
        return depth < kDeepest && object(into, depth + 1);
      case '[':
        return depth < kDeepest && array(into, depth + 1);
      case '"':
        into = std::string();
        return string(into.get_ref<std::string&>());
      case 't':
        return constant("true", into, true);
      case 'f':
        return constant("false", into, false);
      case 'n':
        return constant("null", into, nullptr);
      default:
        return number(into);
    }
  }

  bool object(json& into, int depth) {
    ++at_;
    into = json::object();
    auto& members = into.get_ref<json::object_t&>();
    if (blanks() == '}') return skip("}");
    do {
      std::string name;
      if (blanks() != '"' || !string(name) || blanks() != ':') return false;
      ++at_;
      const auto [place, fresh] = members.try_emplace(std::move(name));
      if (!fresh || !value(place->second, depth)) return false;
    } while (blanks() == ',' && skip(","));
    return skip("}");
  }

  bool array(json& into, int depth) {
    ++at_;
    into = json::array();
    auto& items = into.get_ref<json::array_t&>();
    if (blanks() == ']') return skip("]");
    do {
      if (!value(items.emplace_back(), depth)) return false;
    } while (blanks() == ',' && skip(","));
    return skip("]");
  }

  bool string(std::string& into) {
    ++at_;
    for (;;) {
      const auto plain = json_plain_length(text_, at_);
      into.append(text_, at_, plain);
      at_ += plain;
      if (skip("\"")) return true;
      if (here() != '\\' || !escape(into)) return false;
    }
  }

  bool escape(std::string& into) {
    constexpr std::string_view kLetters = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    ++at_;
    const auto which = kLetters.find(here());
    if (at_ < text_.size() && which != std::string_view::npos) {
      into += kMeant[which];
      ++at_;
      return true;
    }
    return skip("u") && code_unit(into);
  }

  bool code_unit(std::string& into) {
    const char* const begin = text_.data() + at_;
    unsigned unit = 0;
    if (text_.size() - at_ < 4 || std::from_chars(begin, begin + 4, unit, 16).ptr != begin + 4) return false;
    at_ += 4;
    if (unit < 0x80) {
      into += static_cast<char>(unit);
      return true;
    }
    if (unit >= 0xD800 && unit < 0xE000) return false;
    if (unit < 0x800) {
      into += static_cast<char>(0xC0U | unit >> 6U);
    } else {
      into += static_cast<char>(0xE0U | unit >> 12U);
      into += static_cast<char>(0x80U | (unit >> 6U & 0x3FU));
    }
    into += static_cast<char>(0x80U | (unit & 0x3FU));
    return true;
  }

  std::size_t digits() {
    const std::size_t begin = at_;
    while (here() >= '0' && here() <= '9') ++at_;
    return at_ - begin;
  }

  bool number(json& into) {
    const std::size_t begin = at_;
    const bool negative = skip("-");
    const std::size_t first = at_, count = digits();
    if (count == 0 || count > kDigits || (count > 1 && text_[first] == '0')) return false;
    const bool fraction = skip(".");
    if ((fraction && digits() == 0) || here() == 'e' || here() == 'E') return false;
    if (fraction) return number_in<double>(begin, into);
    return negative ? number_in<std::int64_t>(begin, into) : number_in<std::uint64_t>(begin, into);
  }

  template <class Number>
  bool number_in(std::size_t begin, json& into) {
    Number read{};
    if (std::from_chars(text_.data() + begin, text_.data() + at_, read).ec != std::errc{}) return false;
    into = read;
    return true;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool read_plain_json(std::string_view text, json& into) {
  return is_utf8(text) && PlainReader(text).whole(into);
}

json parse_json(std::string_view text) {
  json out;
  if (!read_plain_json(text, out)) out = json::parse(text, nullptr, false);
  return out;
}

}  // namespace rapt
