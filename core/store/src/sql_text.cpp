// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/sql_text.hpp"

#include <algorithm>

namespace rapt::store {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool continues_word(char c) {
  return begins_word(c) || (c >= '0' && c <= '9') || c == '$';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Reads SQL token by token; strings, quoted names, numbers and signs are only passed over.
class Reader {
 public:
  enum class Kind { kEnd, kWord, kSemicolon, kOpen, kClose, kOther };
  explicit Reader(std::string_view text) : text_(text) {}

  Kind next() {
    skip_blank();
    begin_ = at_;
    if (at_ >= text_.size()) return Kind::kEnd;
    const char c = text_[at_];
    if (begins_word(c)) return word();
    if (c >= '0' && c <= '9') return number();
    if (c == '\'' || c == '"') return quoted(c, false);
    if (c == '$') return dollar();
    ++at_;
    if (c == ';') return Kind::kSemicolon;
    if (c == '(') return Kind::kOpen;
    return c == ')' ? Kind::kClose : Kind::kOther;
  }
  [[nodiscard]] std::size_t begin() const { return begin_; }  ///< of the last token
  [[nodiscard]] const std::string& word_text() const { return word_; }

 private:
  [[nodiscard]] bool sees(std::string_view what) const { return text_.substr(at_, what.size()) == what; }

  void skip_blank() {
    for (;;) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      if (sees("--")) {
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
      } else if (sees("/*")) {
        skip_comment();
      } else {
        return;
      }
    }
  }
  /// They nest.
  void skip_comment() {
    int depth = 0;
    do {
      if (sees("/*")) {
        ++depth;
        at_ += 2;
      } else if (sees("*/")) {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && at_ < text_.size());
    at_ = std::min(at_, text_.size());
  }
  Kind word() {
    while (at_ < text_.size() && continues_word(text_[at_])) ++at_;
    word_.assign(text_.substr(begin_, at_ - begin_));
    std::transform(word_.begin(), word_.end(), word_.begin(), lower);
    if (word_ == "e" && at_ < text_.size() && text_[at_] == '\'') return quoted('\'', true);
    return Kind::kWord;
  }
  Kind number() {
    while (at_ < text_.size() && (continues_word(text_[at_]) || text_[at_] == '.')) ++at_;
    return Kind::kOther;
  }
  Kind quoted(char quote, bool escapes) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (escapes && text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == quote) {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != quote) break;
        ++at_;
      }
    }
    at_ = std::min(at_ + 1, text_.size());
    return Kind::kOther;
  }
  /// $1, or $$ … $$, or $tag$ … $tag$.
  Kind dollar() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && continues_word(text_[end]) && text_[end] != '$') ++end;
    const bool tagged = end < text_.size() && text_[end] == '$' && (end == at_ + 1 || begins_word(text_[at_ + 1]));
    if (!tagged) {
      ++at_;
      return Kind::kOther;
    }
    const auto tag = text_.substr(at_, end + 1 - at_);
    const auto close = text_.find(tag, end + 1);
    at_ = close == std::string_view::npos ? text_.size() : close + tag.size();
    return Kind::kOther;
  }

  std::string_view text_;
  std::size_t at_ = 0, begin_ = 0;
  std::string word_;
};

/// How deep one is in a function's body of statements, as psql counts it.
struct BodyDepth {
  bool creates = false;  ///< CREATE … FUNCTION or PROCEDURE
  int words = 0, depth = 0;

  void word(const std::string& text) {
    ++words;
    if (words == 1) creates_something = text == "create";
    if (words <= 4 && creates_something && (text == "function" || text == "procedure")) creates = true;
    if (!creates) return;
    if (text == "begin" || (text == "case" && depth > 0)) ++depth;
    if (text == "end" && depth > 0) --depth;
  }

 private:
  bool creates_something = false;
};

}  // namespace

std::vector<ScriptPart> split_script(std::string_view script) {
  std::vector<ScriptPart> parts;
  Reader reader(script);
  std::size_t begin = 0;
  bool empty = true;
  int parentheses = 0;
  BodyDepth body;
  for (;;) {
    const auto kind = reader.next();
    const bool ends =
        kind == Reader::Kind::kEnd || (kind == Reader::Kind::kSemicolon && parentheses <= 0 && body.depth == 0);
    if (ends) {
      if (!empty) {
        const auto lines = std::count(script.begin(), script.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
        parts.push_back({std::string(script.substr(begin, reader.begin() - begin)), static_cast<int>(lines) + 1});
      }
      if (kind == Reader::Kind::kEnd) return parts;
      empty = true;
      parentheses = 0;
      body = {};
      continue;
    }
    if (empty) begin = reader.begin();
    empty = false;
    if (kind == Reader::Kind::kWord) body.word(reader.word_text());
    if (kind == Reader::Kind::kOpen) ++parentheses;
    if (kind == Reader::Kind::kClose) --parentheses;
  }
}

std::string first_word(std::string_view sql) {
  Reader reader(sql);
  for (;;) {
    const auto kind = reader.next();
    if (kind == Reader::Kind::kWord) return reader.word_text();
    if (kind != Reader::Kind::kOpen) return {};
  }
}

}  // namespace rapt::store
