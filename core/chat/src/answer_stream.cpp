// SPDX-License-Identifier: AGPL-3.0-or-later
#include "answer_stream.hpp"

namespace rapt::chat {

void AnswerStream::on_begin(std::string_view model, std::string_view generation_id) {
  if (begun) begun(model, generation_id);
}

Task<bool> AnswerStream::on_delta(std::string_view words) {
  written_ += words.size();
  refused_ = turn_.stopped();
  if (refused_) co_return false;
  interruption_.open(false);
  const bool goes_on = co_await filter_.push(words, text_);
  interruption_.open(true);
  show_new();
  refused_ = turn_.stopped();
  co_return goes_on && !refused_;
}

Task<void> AnswerStream::finish(std::string_view last_words) {
  if (filter_.outcome().kind != hooks::Outcome::Kind::kContinue) co_return;
  written_ += last_words.size();
  co_await filter_.finish(last_words, text_);
  show_new();
}

void AnswerStream::show_new() {
  if (!shows_ || text_.empty()) return;
  turn_.add(TurnEvent::Kind::kDelta, text_);
  std::string().swap(text_);
}

std::string AnswerStream::text() const {
  return shows_ ? turn_.shown() : text_;
}

}  // namespace rapt::chat
