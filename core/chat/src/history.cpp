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

hooks::PastMessage past_message(Cursor& cursor) {
  hooks::PastMessage message;
  message.role = cursor.word();
  message.seq = cursor.number();
  message.created_at = TimePoint(std::chrono::microseconds(cursor.number()));
  message.content = cursor.bytes(cursor.number());
  return message;
}

/// The messages of a history and those that follow it.
struct Told {
  const History& before;
  History::More more;

  [[nodiscard]] std::size_t size() const { return before.size() + more.size(); }
  hooks::PastMessage operator[](std::size_t message) const {
    return message < before.size() ? before[message] : more[message - before.size()];
  }
  [[nodiscard]] std::size_t first_question(std::size_t from) const {
    while (from < size() && (*this)[from].role != "user") ++from;
    return from;
  }
};

std::size_t bytes_of(History::More messages) {
  std::size_t bytes = 0;
  for (const auto& message : messages) bytes += message.content.size();
  return bytes;
}

/// Without those before `first`, when it is behind all of `before`.
History::More rest_of(const History& before, History::More more, std::size_t first) {
  return more.subspan(std::min(more.size(), first - std::min(first, before.size())));
}

}  // namespace

History::History(const History& before, More more, std::size_t first)
    : transcript_(before.transcript_, first, rest_of(before, more, first).size(),
                  bytes_of(rest_of(before, more, first))) {
  said_.reserve(before.size() + more.size() - first);
  if (first < before.size())
    said_.assign(before.said_.begin() + static_cast<std::ptrdiff_t>(first), before.said_.end());
  for (const auto& message : rest_of(before, more, first)) {
    transcript_.add(message.role, message.content);
    said_.push_back({message.seq, message.created_at});
  }
  transcript_.fit();
}

hooks::PastMessage History::operator[](std::size_t message) const {
  return {transcript_.role(message), transcript_.content(message), said_[message].seq, said_[message].at};
}

std::size_t History::bytes() const {
  return sizeof(*this) + transcript_.bytes() + said_.capacity() * sizeof(Said);
}

HistoryPtr no_history() {
  static const HistoryPtr none = std::make_shared<const History>();
  return none;
}

void tell(hooks::Context& context, const HistoryPtr& history) {
  context.messages.reserve(history->size() + 2);  // question and answer become history
  for (std::size_t i = 0; i < history->size(); ++i) context.messages.push_back((*history)[i]);
  context.texts.push_back(history);
}

std::size_t first_told(const History& before, History::More more) {
  const Told told{before, more};
  std::size_t first = told.size();
  std::int64_t bytes = 0;
  while (first > 0 && told.size() - first < static_cast<std::size_t>(kHistoryMessages)) {
    bytes += static_cast<std::int64_t>(told[first - 1].content.size());
    if (bytes > kHistoryBytes) break;
    --first;
  }
  return told.first_question(first);
}

void read_history(std::string_view text, OpenSession& open) {
  Cursor cursor(text);
  const auto looked_at = cursor.number(), first = cursor.number();
  std::vector<hooks::PastMessage> told;
  while (!cursor.at_end()) told.push_back(past_message(cursor));
  const auto& none = *no_history();
  open.history = std::make_shared<const History>(none, told, Told{none, told}.first_question(0));
  open.left_out = looked_at - static_cast<std::int64_t>(open.history->size());
  // Further back nothing was looked at; the numbers say how much there may be.
  if (looked_at >= kHistoryMessages) open.left_out += first - 1;
}

}  // namespace rapt::chat
