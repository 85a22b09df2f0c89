// SPDX-License-Identifier: AGPL-3.0-or-later
#include "heroku_api.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "json_fields.hpp"
#include "patience.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent::heroku {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxAnswer = std::size_t{8} << 20;
constexpr std::size_t kMaxTold = 600;
constexpr std::size_t kMaxWords = 1200;
constexpr int kTooMany = 429;

Error failure(ErrorKind kind, std::string code, std::string message) {
  Error error;
  error.kind = kind;
  error.code = std::move(code);
  error.message = std::move(message);
  error.part = "heroku";
  return error;
}

Error away(const std::string& why) {
  return failure(ErrorKind::kUnavailable, std::string(kAway), "Heroku's Platform API cannot be asked: " + why);
}

/// The key is worth the app: it goes over TLS, or to this machine.
bool is_safe(const std::string& url) {
  return url.starts_with("https://") || url.starts_with("http://127.0.0.1:") || url.starts_with("http://localhost:");
}

std::string told(const http::Response& answer) {
  const json body = json::parse(answer.body, nullptr, false);
  const std::string message = text(body, "message"), id = text(body, "id");
  if (message.empty()) return "status " + std::to_string(answer.status);
  return printable(message, kMaxTold) + (id.empty() ? "" : " (" + printable(id, 60) + ")");
}

}  // namespace

Result<http::ClientRequest> Api::request_for(const Call& call) const {
  if (!is_safe(options_.url)) return Error::invalid("UPDATE_HEROKU_URL", "must begin with https://");
  if (options_.app.empty()) return Error::invalid("HEROKU_APP_NAME", "must name the app that this instance is");
  if (options_.api_key.empty()) return Error::invalid("HEROKU_API_KEY", "must be a key that may deploy the app");
  http::ClientRequest out;
  out.method = call.method;
  const bool is_account_wide = call.path == kSources;
  out.url = options_.url + (is_account_wide ? "" : "/apps/" + options_.app) + call.path;
  out.headers.set("Accept", "application/vnd.heroku+json; version=3");
  out.headers.set("Authorization", "Bearer " + options_.api_key);
  if (!call.body.empty()) out.headers.set("Content-Type", "application/json");
  if (!call.range.empty()) out.headers.set("Range", call.range);
  out.body = call.body;
  out.max_body_bytes = kMaxAnswer;
  out.total_timeout = std::chrono::seconds(60);
  return out;
}

Error Api::refusal(const http::Response& answer) const {
  const std::string said = told(answer);
  switch (answer.status) {
    case 401:
      return failure(ErrorKind::kForbidden, {}, "Heroku does not accept HEROKU_API_KEY: " + said + ".");
    case 403:
      return failure(ErrorKind::kForbidden, {},
                     "Heroku does not let the owner of HEROKU_API_KEY do this: " + said + ".");
    case 404:
      return failure(ErrorKind::kNotFound, {},
                     "Heroku knows no such thing, or does not show it to the owner of HEROKU_API_KEY: " + said +
                         ". See HEROKU_APP_NAME.");
    case 409:
      return failure(ErrorKind::kConflict, {}, "Heroku cannot do this now: " + said + ".");
    default:
      return failure(answer.status == 422 ? ErrorKind::kUnprocessable : ErrorKind::kUpstream, {},
                     "Heroku refused: " + said + ".");
  }
}

Task<Result<json>> Api::ask(Call call) {
  Patience patience(options_.patience);
  for (;;) {
    auto request = request_for(call);
    if (!request) co_return request.error();
    auto answer = co_await client_.fetch(std::move(*request));
    std::string why;
    if (!answer) {
      why = answer.error().message;
    } else if (answer->status < 300) {
      json body = json::parse(answer->body, nullptr, false);
      if (body.is_structured()) co_return found(std::move(body));
      why = "its answer is no JSON.";
    } else if (answer->status != kTooMany && answer->status < 500) {
      co_return refusal(*answer);
    } else if (answer->status == kTooMany) {
      why = "the key's limit of requests is used up (" + told(*answer) + ").";
    } else {
      why = "it answered with status " + std::to_string(answer->status) + ".";
    }
    const bool was_heard = answer && answer->status == kTooMany;  // and nothing done
    if ((call.once && !was_heard) || patience.is_over()) co_return away(why);
    co_await runtime::sleep_for(options_.retry_after);
  }
}

Task<Result<json>> Api::get(std::string path) {
  Call call{"GET", std::move(path)};
  co_return co_await ask(std::move(call));
}

Task<Result<json>> Api::newest(std::string path, std::string by) {
  Call call{"GET", std::move(path)};
  call.range = by + " ..; order=desc, max=30";
  auto out = co_await ask(std::move(call));
  if (out && !out->is_array())
    co_return failure(ErrorKind::kUpstream, {}, "Heroku answered with something else than a list.");
  co_return out;
}

Task<Result<json>> Api::post(std::string path, std::string body) {
  Call call{"POST", std::move(path), std::move(body)};
  co_return co_await ask(std::move(call));
}

Task<Result<json>> Api::post_once(std::string path, std::string body) {
  Call call{"POST", std::move(path), std::move(body)};
  call.once = true;
  co_return co_await ask(std::move(call));
}

Task<Result<void>> Api::upload(std::string url, std::string bytes) {
  http::ClientRequest request;
  request.method = "PUT";
  request.url = std::move(url);
  request.body = std::move(bytes);
  request.total_timeout = options_.patience;
  request.head_timeout = options_.patience;
  const auto answer = co_await client_.fetch(std::move(request));
  if (answer && answer->status < 300) co_return Result<void>{};
  const std::string why = answer ? "status " + std::to_string(answer->status) + "." : answer.error().message;
  co_return failure(ErrorKind::kUnavailable, {}, "The release could not be handed to Heroku: " + why);
}

Task<std::string> Api::last_words(std::string url) {
  constexpr std::size_t kLines = 8;
  http::ClientRequest request;
  request.url = std::move(url);
  request.total_timeout = std::chrono::seconds(20);
  const auto answer = co_await client_.fetch(std::move(request));
  if (!answer || answer->status != 200) co_return std::string();
  std::string words = answer->body;
  words.erase(words.find_last_not_of(" \r\n\t") + 1);
  std::size_t from = words.size();
  for (std::size_t i = 0; i < kLines && from != std::string::npos && from > 0; ++i) from = words.rfind('\n', from - 1);
  if (from != std::string::npos && from < words.size()) words.erase(0, from);
  if (words.size() > kMaxWords) words.erase(0, words.size() - kMaxWords);
  std::replace(words.begin(), words.end(), '\n', ' ');
  co_return printable(words, kMaxWords);
}

Task<bool> Api::is_ready(std::string web_url) {
  http::ClientRequest request;
  request.url = web_url + (web_url.ends_with('/') ? "ready" : "/ready");
  request.total_timeout = std::chrono::seconds(20);
  const auto answer = co_await client_.fetch(std::move(request));
  co_return answer && answer->status == 200;
}

}  // namespace rapt::agent::heroku
