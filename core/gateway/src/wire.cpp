// SPDX-License-Identifier: AGPL-3.0-or-later
#include "wire.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "answer_reader.hpp"
#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"
#include "requested_pause.hpp"

namespace rapt::gateway {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxFailureBytes = 64 * 1024;

double luck() {
  thread_local std::minstd_rand dice{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(dice);
}

}  // namespace

milliseconds Allowance::used() const {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start_);
}

milliseconds Allowance::left() const {
  return std::max(milliseconds(1), whole_ - used());
}

http::ClientRequest to_http(const OpenAiGateway::Options& options, std::string method, std::string_view path,
                            const std::string& call_id, const Allowance& allowance) {
  http::ClientRequest request;
  request.method = std::move(method);
  request.url = options.base_url + std::string(path);
  request.headers.set("Accept", "text/event-stream, application/json");
  // Words are to come as they are written, not when a compressor has enough of them; who compresses all the same is
  // understood.
  request.headers.set("Accept-Encoding", "identity");
  request.decode_body = true;
  if (!options.api_key.empty()) request.headers.set("Authorization", "Bearer " + options.api_key);
  if (!call_id.empty()) request.headers.set("X-Request-Id", call_id);
  request.connect_timeout = options.connect_timeout;
  request.head_timeout = options.first_token_timeout;
  request.idle_timeout = std::max(options.first_token_timeout, options.token_timeout);
  request.total_timeout = allowance.left();
  return request;
}

Task<Opened> open_once(http::Client& client, http::ClientRequest request, const Discretion& discretion) {
  auto opened = co_await client.open(std::move(request));
  if (!opened) co_return Opened{nullptr, transfer_failure(opened.error(), false)};
  const int status = (*opened)->status();
  if (status == 200) co_return Opened{std::move(*opened)};
  auto body = co_await read_body(**opened, {}, kMaxFailureBytes);
  const auto pause = requested_pause((*opened)->headers(), std::chrono::system_clock::now());
  const auto reported = parse_error_body(status, body ? std::string_view(*body) : std::string_view(), discretion);
  co_return Opened{nullptr, to_failure(reported, pause)};
}

Task<bool> wait_to_retry(const OpenAiGateway::Options& options, const Failure& failure, int retry,
                         const Allowance& allowance) {
  if (!failure.again || retry >= options.max_retries) co_return false;
  const auto wait = backoff(options.retry_pause, retry, failure.pause, luck());
  if (!allowance.lasts(wait)) co_return false;
  log::info("gateway.retry", {{"code", failure.error.code},
                              {"detail", failure.error.log_detail},
                              {"retry", std::to_string(retry + 1)},
                              {"wait_ms", std::to_string(wait.count())}});
  co_await runtime::sleep_for(wait);
  co_return true;
}

}  // namespace rapt::gateway
