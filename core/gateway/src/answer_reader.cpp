// SPDX-License-Identifier: AGPL-3.0-or-later
#include "answer_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace rapt::gateway {

namespace {

constexpr std::size_t kMaxFailureBytes = 64 * 1024;
constexpr std::size_t kMaxWholeBytes = 4 * AnswerReader::kMaxContentBytes;
constexpr int kDefaultRetryAfter = 10;
constexpr int kLongestRetryAfter = 3600;

bool is_type(const http::Headers& headers, std::string_view type) {
  return headers.get("content-type").value_or("").substr(0, type.size()) == type;
}

}  // namespace

Error transfer_failure(const Error& failure, bool while_answering) {
  const auto detail = failure.message + (failure.log_detail.empty() ? "" : ": " + failure.log_detail);
  if (failure.kind == ErrorKind::kTimeout) {
    return Error{.kind = ErrorKind::kTimeout,
                 .code = "AI_TIMEOUT",
                 .message = "The AI service took too long. Please try again.",
                 .log_detail = detail};
  }
  if (while_answering)
    return gateway_error("The answer broke off: the stream of the AI service broke. Please try again.", detail);
  return gateway_error("The AI service cannot be reached at the moment. Please try again.", detail);
}

Task<Result<void>> AnswerReader::read() {
  if (is_type(stream_.headers(), "text/event-stream")) {
    RAPT_CO_TRY(co_await read_events());
  } else {
    RAPT_CO_TRY(co_await read_whole());
  }
  if (content_.empty()) co_return invalid_response("the answer is empty, finish_reason \"" + finish_reason_ + "\"");
  co_return Result<void>{};
}

Task<Result<void>> AnswerReader::read_events() {
  SseParser parser;
  while (!done_) {
    auto bytes = co_await stream_.read();
    if (!bytes) co_return transfer_failure(bytes.error(), true);
    if (!*bytes) break;
    auto events = parser.feed(**bytes);
    if (!events) co_return events.error();
    for (auto& event : *events) {
      if (done_) break;
      RAPT_CO_TRY(co_await take(std::move(event.data)));
    }
  }
  // Some servers leave out [DONE]; without a finish_reason either, the rest of the answer is missing.
  if (!done_ && finish_reason_.empty()) {
    co_return gateway_error("The answer broke off: the stream of the AI service broke. Please try again.",
                            "the stream ended without its end");
  }
  co_return Result<void>{};
}

Task<Result<void>> AnswerReader::read_whole() {
  auto body = co_await read_body(kMaxWholeBytes);
  if (!body) co_return body.error();
  co_return co_await take(std::move(*body));
}

Task<Result<std::string>> AnswerReader::read_body(std::size_t limit) {
  std::string body;
  for (;;) {
    auto bytes = co_await stream_.read();
    if (!bytes) co_return transfer_failure(bytes.error(), true);
    if (!*bytes) co_return body;
    body += **bytes;
    if (body.size() > limit) co_return invalid_response("the answer is longer than allowed");
  }
}

Task<Result<void>> AnswerReader::take(std::string json) {
  if (json == "[DONE]") {
    done_ = true;
    co_return Result<void>{};
  }
  auto piece = parse_piece(json);
  if (!piece) co_return piece.error();
  if (piece->error) {
    piece->error->text = scrubbed(std::move(piece->error->text));
    co_return to_error(*piece->error, kDefaultRetryAfter);
  }
  if (!piece->model.empty()) model_ = std::move(piece->model);
  if (!piece->finish_reason.empty()) finish_reason_ = std::move(piece->finish_reason);
  if (piece->usage) usage_ = piece->usage;
  if (piece->content.empty()) co_return Result<void>{};
  content_ += piece->content;
  if (content_.size() > kMaxContentBytes) co_return invalid_response("the answer is longer than allowed");
  const bool wanted = sink_ == nullptr || co_await sink_->on_delta(piece->content);
  if (!wanted) {
    finish_reason_ = "cancelled";
    done_ = true;
  }
  co_return Result<void>{};
}

Task<Error> AnswerReader::read_failure() {
  auto body = co_await read_body(kMaxFailureBytes);
  co_return to_error(parse_error_body(stream_.status(), body ? scrubbed(std::move(*body)) : std::string()),
                     retry_after_seconds());
}

int AnswerReader::retry_after_seconds() const {
  const auto text = stream_.headers().get("retry-after").value_or("");
  int seconds = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  return fault == std::errc{} && end == text.data() + text.size() ? std::clamp(seconds, 1, kLongestRetryAfter)
                                                                  : kDefaultRetryAfter;
}

std::string AnswerReader::scrubbed(std::string text) const {
  if (secret_.empty()) return text;
  for (auto at = text.find(secret_); at != std::string::npos; at = text.find(secret_, at))
    text.replace(at, secret_.size(), "[key]");
  return text;
}

}  // namespace rapt::gateway
