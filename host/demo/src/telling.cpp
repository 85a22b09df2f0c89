// SPDX-License-Identifier: AGPL-3.0-or-later
#include "telling.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "rapt/runtime/runtime.hpp"

namespace rapt::demo {

namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::chrono::minutes kSilence{10};
constexpr milliseconds kLook{50};  ///< how soon a reader who left is noticed in a silence
constexpr std::size_t kHugeLine = 300 * 1024;

/// Ends the connection in the middle: the server knows no other way to do that to an answer that has begun.
struct Disconnected : std::runtime_error {
  Disconnected() : std::runtime_error("the scenario ends the connection") {}
};

}  // namespace

http::Response json_response(int status, std::string body) {
  http::Response response{status, {}, std::move(body)};
  response.headers.set("Content-Type", "application/json");
  return response;
}

Telling::Telling(Book& book, Book::Number call, const DemoAnswer& answer, const Scenario& scenario, milliseconds pause)
    : book_(book), call_(call), answer_(answer), scenario_(scenario), pause_(scenario.pause.value_or(pause)) {}

void Telling::note(std::size_t bytes) {
  book_.written(call_, answer_.prompt_tokens, (bytes + 3) / 4);
}

Task<void> Telling::wait(http::EventStream& stream, SteadyClock::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(until - SteadyClock::now());
    if (left <= milliseconds(0) || stream.closed()) co_return;
    co_await runtime::sleep_for(std::min(left, kLook));
  }
}

Task<Telling::Went> Telling::go_wrong(http::EventStream& stream, std::size_t sent) {
  if (sent == scenario_.hang) co_await wait(stream, SteadyClock::now() + kSilence);
  if (sent == scenario_.disconnect) throw Disconnected();
  if (sent == scenario_.cut) co_return Went::kCut;
  if (sent == scenario_.rubbish) co_await stream.send("message", "{\"choices\": <html>");
  if (sent == scenario_.huge) {
    const std::string line(kHugeLine, 'x');
    co_await stream.send("message", line);
  }
  if (sent == scenario_.not_utf8)
    co_await stream.send("message", "{\"choices\":[{\"delta\":{\"content\":\"\xC3\x28\"}}]}");
  if (sent == scenario_.error) {
    const auto error = error_json("upstream gave up", scenario_.error_code, scenario_.error_as_text);
    co_await stream.send("message", error);
    co_return Went::kCut;
  }
  co_return stream.closed() ? Went::kLeft : Went::kOn;
}

Task<Telling::Went> Telling::send_words(http::EventStream& stream) {
  const auto beside = scenario_.usage_often ? Beside::kUsage : scenario_.usage_null ? Beside::kNull : Beside::kNothing;
  const auto start = SteadyClock::now();
  std::size_t sent = 0;
  std::size_t bytes = 0;
  for (const auto words : words_of(answer_.content)) {
    const auto went = co_await go_wrong(stream, sent);
    if (went != Went::kOn) co_return went;
    const auto chunk = chunk_json(answer_, words, beside);
    const bool taken = co_await stream.send("message", chunk);
    if (!taken) co_return Went::kLeft;
    note(bytes += words.size());
    // By the time since the beginning: what one piece was late, the next ones make up for.
    co_await wait(stream, start + static_cast<std::int64_t>(++sent) * pause_);
  }
  co_return co_await go_wrong(stream, sent);
}

Task<void> Telling::tell(http::Responder& responder, bool as_stream, bool with_usage) {
  co_await runtime::sleep_for(scenario_.before_head);
  if (!as_stream || scenario_.whole) {
    auto whole = json_response(200, whole_json(answer_, scenario_.usage));
    co_await responder.send(std::move(whole));
    if (!answer_.content.empty()) note(answer_.content.size());
    co_return book_.end(call_, "answered");
  }
  http::Headers none;
  auto* stream = co_await responder.open_event_stream(std::move(none));
  co_await wait(*stream, SteadyClock::now() + scenario_.before_words);
  const char* outcome = "disconnected";
  try {
    const auto went = co_await send_words(*stream);
    if (went == Went::kLeft) outcome = "left";
    if (went == Went::kOn) {
      outcome = "answered";
      const auto last = last_chunk_json(answer_);
      co_await stream->send("message", last);
      const auto usage = usage_chunk_json(answer_);
      if (with_usage && scenario_.usage) co_await stream->send("message", usage);
      if (scenario_.done) co_await stream->send("message", "[DONE]");
    }
  } catch (...) {
    book_.end(call_, outcome);
    throw;
  }
  book_.end(call_, outcome);
}

}  // namespace rapt::demo
