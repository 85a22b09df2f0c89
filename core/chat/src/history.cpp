// SPDX-License-Identifier: AGPL-3.0-or-later
#include "history.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "session_store.hpp"

namespace rapt::chat {

namespace {

/// Takes words and stretches of bytes off the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : left_(text) {}
  [[nodiscard]] bool at_end() const { return left_.empty(); }

  std::string_view word() {
    const auto space = left_.find(' ');
    if (space == std::string_view::npos) throw std::logic_error("a history without the end of a word");
    const auto found = left_.substr(0, space);
    left_.remove_prefix(space + 1);
    return found;
  }

  std::int64_t number() {
    const auto digits = word();
    std::int64_t value = 0;
    const auto [at, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (fault != std::errc{} || at != digits.data() + digits.size())
      throw std::logic_error("a history without a number");
    return value;
  }

  std::string_view bytes(std::int64_t length) {
    if (length < 0 || static_cast<std::size_t>(length) > left_.size())
      throw std::logic_error("a history that ends in a message");
    const auto found = left_.substr(0, static_cast<std::size_t>(length));
    left_.remove_prefix(found.size());
    return found;
  }

 private:
  std::string_view left_;
};

hooks::Message message_from(Cursor& cursor) {
  hooks::Message message;
  message.role = cursor.word();
  message.seq = cursor.number();
  message.created_at = TimePoint(std::chrono::microseconds(cursor.number()));
  message.content = cursor.bytes(cursor.number());
  return message;
}

}  // namespace

void read_history(std::string_view text, OpenSession& open) {
  Cursor cursor(text);
  const auto looked_at = cursor.number(), first = cursor.number();
  auto& told = open.history;
  while (!cursor.at_end()) told.push_back(message_from(cursor));
  told.erase(told.begin(), std::find_if(told.begin(), told.end(), [](const auto& m) { return m.role == "user"; }));
  open.left_out = looked_at - static_cast<std::int64_t>(told.size());
  // Further back nothing was looked at; the numbers say how much there may be.
  if (looked_at >= kHistoryMessages) open.left_out += first - 1;
}

}  // namespace rapt::chat
