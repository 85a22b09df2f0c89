// SPDX-License-Identifier: AGPL-3.0-or-later
#include "answer_stream.hpp"

namespace rapt::chat {

Task<bool> AnswerStream::on_delta(std::string_view words) {
  const bool goes_on = co_await filter_.push(words, text_);
  co_await show_new();
  co_return goes_on;
}

Task<void> AnswerStream::finish() {
  if (filter_.outcome().kind != hooks::Outcome::Kind::kContinue) co_return;
  co_await filter_.finish(text_);
  co_await show_new();
}

Task<void> AnswerStream::show_new() {
  if (reader_ == nullptr || shown_ == text_.size()) co_return;
  const auto words = std::string_view(text_).substr(shown_);
  shown_ = text_.size();
  co_await reader_->delta(words);
}

}  // namespace rapt::chat
