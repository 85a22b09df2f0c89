// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/gateway/openai_gateway.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "answer_reader.hpp"
#include "openai_protocol.hpp"
#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::gateway {

namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kBytesPerToken = 4;
constexpr milliseconds kLongestPause{5000};

std::int64_t estimated_tokens(std::size_t bytes) {
  return static_cast<std::int64_t>((bytes + kBytesPerToken - 1) / kBytesPerToken);
}

milliseconds since(SteadyClock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(SteadyClock::now() - start);
}

/// Whether asking again can help, and soon. An answer that came too late is not asked for twice: it may have been paid
/// for.
bool worth_retrying(int status, const Error& error) {
  if (status == 429) return std::chrono::seconds(error.retry_after_seconds) <= kLongestPause;
  if (status == 0) return error.kind != ErrorKind::kTimeout && error.kind != ErrorKind::kInvalid;
  return status == 500 || status == 502 || status == 503;
}

http::ClientRequest to_http(const OpenAiGateway::Options& options, std::string method, const char* path) {
  http::ClientRequest request;
  request.method = std::move(method);
  request.url = options.base_url + path;
  request.headers.set("Accept", "text/event-stream, application/json");
  if (!options.api_key.empty()) request.headers.set("Authorization", "Bearer " + options.api_key);
  request.idle_timeout = options.first_token_timeout;
  return request;
}

Spent spent_on(const AnswerReader& reader, const ChatRequest& request, const std::string& default_model,
               milliseconds latency) {
  Spent spent{.model = reader.model(), .latency = latency};
  if (spent.model.empty()) spent.model = request.model.empty() ? default_model : request.model;
  if (reader.usage()) {
    spent.input_tokens = reader.usage()->input_tokens;
    spent.output_tokens = reader.usage()->output_tokens;
    return spent;
  }
  std::size_t asked = 0;
  for (const auto& message : request.messages) asked += message.content.size();
  spent.input_tokens = estimated_tokens(asked);
  spent.output_tokens = estimated_tokens(reader.content().size());
  spent.estimated = true;
  return spent;
}

/// One try, up to the head of the answer.
struct Opened {
  Result<std::unique_ptr<http::ClientStream>> stream;
  bool may_retry = false;
};

Task<Opened> open_once(http::Client& client, const std::string& secret, http::ClientRequest request) {
  auto opened = co_await client.open(std::move(request));
  if (!opened) {
    const bool again = worth_retrying(0, opened.error());
    co_return Opened{transfer_failure(opened.error(), false), again};
  }
  const int status = (*opened)->status();
  if (status == 200) co_return Opened{std::move(opened)};
  AnswerReader reader(**opened, nullptr, secret);
  auto failure = co_await reader.read_failure();
  const bool again = worth_retrying(status, failure);
  co_return Opened{std::move(failure), again};
}

}  // namespace

OpenAiGateway::OpenAiGateway(http::Client& client, Options options) : client_(client), options_(std::move(options)) {
  while (!options_.base_url.empty() && options_.base_url.back() == '/') options_.base_url.pop_back();
}

Task<Result<std::unique_ptr<http::ClientStream>>> OpenAiGateway::open_with_retries(std::string body,
                                                                                   milliseconds time_limit) {
  const auto start = SteadyClock::now();
  auto pause = options_.retry_pause;
  for (int retry = 0;; ++retry) {
    auto request = to_http(options_, "POST", "/chat/completions");
    request.headers.set("Content-Type", "application/json");
    request.body = body;
    request.total_timeout = std::max(milliseconds(1), time_limit - since(start));
    auto opened = co_await open_once(client_, options_.api_key, std::move(request));
    if (!opened.may_retry || retry >= options_.max_retries) co_return std::move(opened.stream);
    const auto& error = opened.stream.error();
    const auto wait =
        std::min(kLongestPause, std::max<milliseconds>(pause, std::chrono::seconds(error.retry_after_seconds)));
    if (since(start) + wait >= time_limit) co_return std::move(opened.stream);
    log::info("gateway.retry",
              {{"code", error.code}, {"detail", error.log_detail}, {"retry", std::to_string(retry + 1)}});
    co_await runtime::sleep_for(wait);
    pause *= 2;
  }
}

Task<Exchange> OpenAiGateway::complete(ChatRequest request, DeltaSink* sink) {
  const auto start = SteadyClock::now();
  auto opened = co_await open_with_retries(request_body(request, options_.default_model), options_.request_timeout);
  if (!opened) co_return Exchange{opened.error(), std::nullopt};
  AnswerReader reader(**opened, sink, options_.api_key);
  const auto read = co_await reader.read();
  std::optional<Spent> spent;
  if (read || reader.usage() || !reader.content().empty()) {
    spent = spent_on(reader, request, options_.default_model, since(start));
  }
  if (!read) co_return Exchange{read.error(), std::move(spent)};
  co_return Exchange{Completion{reader.content(), reader.finish_reason()}, std::move(spent)};
}

Task<Result<void>> OpenAiGateway::check() {
  auto request = to_http(options_, "GET", "/models");
  request.total_timeout = std::min(options_.first_token_timeout, milliseconds(5000));
  auto opened = co_await open_once(client_, options_.api_key, std::move(request));
  if (!opened.stream) co_return opened.stream.error();
  co_return Result<void>{};
}

}  // namespace rapt::gateway
