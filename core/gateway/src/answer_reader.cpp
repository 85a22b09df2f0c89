// SPDX-License-Identifier: AGPL-3.0-or-later
#include "answer_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rapt/base/lasting_text.hpp"

namespace rapt::gateway {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMaxWholeBytes = 4 * AnswerReader::kMaxContentBytes;
constexpr std::string_view kBlanks = " \t\r\n";
/// An answer that is complete need not be waited for: what may still come is its usage.
constexpr std::chrono::seconds kAfterFinish{2};

/// Whether a body consists of events. Servers call them by wrong names, and failures by the name of events.
bool is_events(std::string_view first, const http::Headers& headers) {
  constexpr std::array<std::string_view, 6> kBeginnings = {"data", "event", "id", "retry", ":", "\xEF\xBB\xBF"};
  const auto begin = first.substr(std::min(first.find_first_not_of(kBlanks), first.size()));
  if (begin.empty() || begin.front() == '{') return false;
  if (headers.get("content-type").value_or("").starts_with("text/event-stream")) return true;
  return std::any_of(kBeginnings.begin(), kBeginnings.end(), [&](auto word) { return begin.starts_with(word); });
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const auto last = text.find_last_not_of(kBlanks);
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// A later report counts, unless it forgets what an earlier one said.
void merge(std::optional<std::int64_t>& known, std::optional<std::int64_t> reported) {
  if (reported && (*reported > 0 || !known)) known = reported;
}

}  // namespace

static Error late() {
  return Error{.kind = ErrorKind::kTimeout, .code = "TIMEOUT", .message = "Comments came, but no words in time."};
}

Task<Result<std::string>> read_body(http::ClientStream& stream, std::string begin, std::size_t limit) {
  for (;;) {
    if (begin.size() > limit) co_return invalid_response("the answer is longer than allowed");
    auto bytes = co_await stream.read();
    if (!bytes) co_return transfer_failure(bytes.error(), true).error;
    if (!*bytes) co_return begin;
    begin += **bytes;
  }
}

Task<void> AnswerReader::read() {
  expect_by(limits_.first_words_by);
  std::string first = co_await read_first();
  if (!failure_ && first.empty()) failure_ = Failure{broke_off("the answer has no bytes")};
  if (failure_) co_return;
  if (is_events(first, stream_.headers())) {
    co_await read_events(std::move(first));
  } else {
    co_await read_whole(std::move(first));
  }
  if (!failure_) failure_ = emptiness();
}

Task<std::string> AnswerReader::read_first() {
  std::string first;
  while (first.find_first_not_of(kBlanks) == std::string::npos) {
    auto bytes = co_await stream_.read();
    if (!bytes) failure_ = Failure{transfer_failure(bytes.error(), true).error};
    if (!bytes || !*bytes) co_return std::string();
    first += **bytes;
    if (first.size() <= kMaxWholeBytes) continue;
    failure_ = Failure{invalid_response("the answer begins with nothing but blanks")};
    co_return std::string();
  }
  co_return first;
}

Task<void> AnswerReader::read_events(std::string bytes) {
  SseParser parser;
  for (;;) {
    co_await take_all(parser, bytes);
    if (failure_ || done_) co_return;
    // The stream's own deadline is for silence; who sends comments all the time is never silent.
    if (SteadyClock::now() > expected_by_) {
      failure_ = transfer_failure(late(), true);
      break;
    }
    std::string().swap(bytes);  // the next may be long in coming
    auto more = co_await stream_.read();
    if (!more) failure_ = transfer_failure(more.error(), true);
    if (!more || !*more) break;
    bytes = std::move(**more);
  }
  // Some servers leave out the blank line after the last event. What was cut off in the middle cannot be read.
  if (!failure_) {
    co_await take_all(parser, "\n\n");
    if (failure_ && failure_->error.code != "AI_INVALID_RESPONSE") co_return;
    failure_ = Failure{broke_off("the stream ended without its end")};
  }
  // Some leave out [DONE]; without a finish_reason either, the rest of the answer is missing.
  if (done_ || !answer_.finish_reason.empty()) failure_.reset();
}

Task<void> AnswerReader::take_all(SseParser& parser, std::string_view bytes) {
  auto events = parser.feed(bytes);
  if (!events) {
    failure_ = Failure{events.error()};
    co_return;
  }
  for (auto event = events->begin(); event != events->end() && !failure_ && !done_; ++event) {
    failure_ = take(*event);
    if (!joins()) co_await hand_on();
  }
  if (joins() && done_) co_return;
  // Who has had enough of the words before a failure never gets to know of it.
  const bool wanted = co_await hand_on();
  if (!wanted) failure_.reset();
}

Task<void> AnswerReader::read_whole(std::string first) {
  auto body = co_await read_body(stream_, std::move(first), kMaxWholeBytes);
  if (!body) {
    failure_ = Failure{body.error()};
    co_return;
  }
  const SseEvent event{"message", std::move(*body)};
  failure_ = take(event);
  if (failure_ || !joins()) co_await hand_on();
}

std::optional<Failure> AnswerReader::take(const SseEvent& event) {
  if (trimmed(event.data) == "[DONE]") {
    done_ = true;
    stream_.let_end();
    return std::nullopt;
  }
  if (event.type == "error") return to_failure(parse_error_body(0, event.data, discretion_), std::nullopt);
  auto piece = parse_piece(event.data, discretion_);
  if (!piece) return Failure{piece.error()};
  if (piece->error) return to_failure(*piece->error, std::nullopt);
  note(*piece);
  if (answer_.bytes + piece->content.size() > kMaxContentBytes)
    return Failure{invalid_response("the answer is longer than allowed")};
  answer_.bytes += piece->content.size();
  append_sparingly(answer_.content, piece->content);
  if (!joins()) untold_ += piece->content;
  return std::nullopt;
}

void AnswerReader::note(Piece& piece) {
  if (!piece.model.empty()) answer_.model = std::move(piece.model);
  if (!piece.id.empty()) answer_.generation_id = std::move(piece.id);
  merge(answer_.usage.input_tokens, piece.usage.input_tokens);
  merge(answer_.usage.output_tokens, piece.usage.output_tokens);
  if (!piece.finish_reason.empty()) {
    answer_.finish_reason = std::move(piece.finish_reason);
    expect_more();
  }
  if (std::exchange(answer_.begun, true)) return;
  discretion_.forget();
  if (sink_ != nullptr) sink_->on_begin(answer_.model, answer_.generation_id);
}

void AnswerReader::expect_by(SteadyClock::time_point deadline) {
  expected_by_ = deadline;
  stream_.expect_by(deadline);
}

void AnswerReader::expect_more() {
  std::chrono::milliseconds patience = limits_.between_words;
  if (!answer_.finish_reason.empty()) patience = std::min<std::chrono::milliseconds>(patience, kAfterFinish);
  expect_by(SteadyClock::now() + patience);
}

/// False when no more is wanted.
Task<bool> AnswerReader::hand_on() {
  const std::string words = std::exchange(joins() ? answer_.content : untold_, {});
  if (words.empty()) co_return true;
  if (joins()) answer_.told.add(words);
  const bool wanted = sink_ == nullptr || co_await sink_->on_delta(words);
  expect_more();
  if (wanted) co_return true;
  answer_.finish_reason = "cancelled";
  done_ = true;
  co_return false;
}

std::optional<Failure> AnswerReader::emptiness() const {
  if (answer_.bytes > 0) return std::nullopt;
  const auto detail = "the answer is empty, finish_reason \"" + discretion_.code(answer_.finish_reason) + "\"";
  if (answer_.finish_reason == "content_filter")
    return Failure{gateway_error("A filter of the AI service refused to have this answered.", detail)};
  if (answer_.finish_reason == "length")
    return Failure{gateway_error("The answer's longest length was used up before its first word.", detail)};
  return Failure{invalid_response(detail)};
}

}  // namespace rapt::gateway
