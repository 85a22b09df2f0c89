// SPDX-License-Identifier: AGPL-3.0-or-later
#include "plain_chunk.hpp"

#include <cstdint>
#include <cstring>

#include "json_access.hpp"
#include "rapt/base/text.hpp"

namespace rapt::gateway {

namespace {

constexpr int kDeepest = 16;
/// Digits of a number that fits whatever they are.
constexpr std::size_t kDigits = 18;

/// Whether each string of a JSON text is just what stands between two quotation marks. Eight bytes at a time.
bool has_plain_strings(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  std::size_t at = 0;
  for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if (((eight - kOnes * 0x20) & ~eight & kOnes * 0x80) != 0) return false;
  }
  for (; at < text.size(); ++at) {
    if (static_cast<unsigned char>(text[at]) < 0x20) return false;
  }
  return text.find('\\') == std::string_view::npos && is_utf8(text);
}

/// Each function reads one thing and stands behind it afterwards. False: nothing that is read here.
class ChunkReader {
 public:
  ChunkReader(std::string_view text, Piece& into) : text_(text), into_(into) {}
  bool whole() {
    const bool read = object([this](std::string_view name) { return of_chunk(name); });
    return read && !into_.content.empty() && text_.find_first_not_of(' ', at_) == std::string_view::npos;
  }

 private:
  bool of_chunk(std::string_view name) {
    if (name == "choices") return once(kChoices) && eat('[') && choice() && eat(']');
    if (name == "model") return once(kModel) && this->name(into_.model);
    if (name == "id") return once(kId) && this->name(into_.id);
    if (name == "usage" || name == "error") return word("null");
    return skip(1);
  }
  bool choice() {
    return object([this](std::string_view name) {
      if (name == "delta") return once(kDelta) && delta();
      if (name == "finish_reason" || name == "error") return word("null");
      return name != "message" && skip(3);
    });
  }
  bool delta() {
    return object([this](std::string_view name) {
      if (name == "content") {
        std::string_view words;
        if (!once(kContent) || !string(words)) return false;
        into_.content = words;
        return true;
      }
      if (name == "refusal" || name == "finish_reason") return word("null");
      return skip(4);
    });
  }

  template <class Take>
  bool object(const Take& take) {
    if (!eat('{')) return false;
    if (eat('}')) return true;
    do {
      std::string_view name;
      if (!string(name) || !eat(':') || !take(name)) return false;
    } while (eat(','));
    return eat('}');
  }
  /// One value of no interest.
  bool skip(int depth) {
    std::string_view ignored;
    if (depth > kDeepest) return false;
    switch (here()) {
      case '"':
        return string(ignored);
      case '{':
        return object([this, depth](std::string_view) { return skip(depth + 1); });
      case '[':
        return array(depth);
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
  bool array(int depth) {
    if (!eat('[')) return false;
    if (eat(']')) return true;
    do {
      if (!skip(depth + 1)) return false;
    } while (eat(','));
    return eat(']');
  }
  bool number() {
    if (here() == '-') ++at_;
    const std::size_t first = at_, count = digits();
    if (count == 0 || (count > 1 && text_[first] == '0')) return false;
    const bool fraction = at_ < text_.size() && text_[at_] == '.';
    if (fraction) ++at_;
    const std::size_t behind = fraction ? digits() : 0;
    return count + behind <= kDigits && (!fraction || behind > 0);
  }
  std::size_t digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ - begin;
  }

  bool string(std::string_view& out) {
    if (!eat('"')) return false;
    const auto end = text_.find('"', at_);
    if (end == std::string_view::npos) return false;
    out = text_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }
  bool name(std::string& out) {
    std::string_view given;
    if (!string(given)) return false;
    out = name_from(given);
    return true;
  }
  bool word(std::string_view expected) {
    if (here() != expected.front() || text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }
  bool eat(char sign) {
    if (here() != sign) return false;
    ++at_;
    return true;
  }
  /// Behind blanks; NUL at the end.
  char here() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  /// Of a name that stands twice the last counts, which the general reader knows.
  enum Known : unsigned { kChoices = 1, kModel = 2, kId = 4, kDelta = 8, kContent = 16 };
  bool once(Known which) {
    const bool first = (seen_ & which) == 0;
    seen_ |= which;
    return first;
  }

  const std::string_view text_;
  Piece& into_;
  std::size_t at_ = 0;
  unsigned seen_ = 0;
};

}  // namespace

bool read_plain_chunk(std::string_view text, Piece& into) {
  return has_plain_strings(text) && ChunkReader(text, into).whole();
}

}  // namespace rapt::gateway
