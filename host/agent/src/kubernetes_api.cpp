// SPDX-License-Identifier: AGPL-3.0-or-later
#include "kubernetes_api.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "json_fields.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent::kubernetes {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

constexpr std::size_t kMaxAnswer = std::size_t{8} << 20;
constexpr std::size_t kMaxAccountFile = 64 * 1024;
constexpr std::size_t kMaxTold = 600;  // bytes of the API server's own words in an error
constexpr int kUnauthorized = 401, kForbidden = 403, kNotFound = 404, kConflict = 409, kGone = 410, kTooMany = 429;

bool is_transient(int status) {
  return status == kTooMany || (status >= 500 && status != 501);
}

Result<std::string> account_file(const std::filesystem::path& folder, const char* name) {
  auto text = read_file(folder / name, kMaxAccountFile);
  if (!text || text->find_first_not_of(" \r\n\t") == std::string::npos)
    return Error::unavailable("kubernetes", "The service account's " + std::string(name) + " cannot be read in " +
                                                folder.string() +
                                                ": run the agent in a pod with a service account, or set "
                                                "UPDATE_KUBERNETES_ACCOUNT.");
  text->erase(text->find_last_not_of(" \r\n\t") + 1);
  return text;
}

/// "deployments (apps)", as the rules of a role have it.
std::string named(Resource resource) {
  constexpr std::string_view kGroups = "/apis/";
  std::string out(resource.plural);
  if (!resource.group_path.starts_with(kGroups)) return out;
  const auto group = resource.group_path.substr(kGroups.size());
  return out + " (" + std::string(group.substr(0, group.find('/'))) + ")";
}

/// What the API server says in its Status object.
std::string told(const http::Response& answer, const char* field) {
  const json status = json::parse(answer.body, nullptr, false);
  if (!status.is_object()) return {};
  const auto found = status.find(field);
  return found != status.end() && found->is_string() ? printable(found->get<std::string>(), kMaxTold) : std::string();
}

Error failure(ErrorKind kind, std::string code, std::string message) {
  Error error;
  error.kind = kind;
  error.code = std::move(code);
  error.message = std::move(message);
  error.part = "kubernetes";
  return error;
}

Error away(const std::string& why) {
  return failure(ErrorKind::kUnavailable, std::string(kAway), "The API server cannot be asked: " + why);
}

Result<json> parsed(const http::Response& answer) {
  json out = json::parse(answer.body, nullptr, false);
  if (!out.is_object())
    return failure(ErrorKind::kUpstream, {}, "The API server's answer is no JSON object: see UPDATE_KUBERNETES_URL.");
  return found(std::move(out));
}

}  // namespace

std::string query_value(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return out;
}

/// The token is read for each request: it is exchanged while the pod runs.
Result<http::ClientRequest> Api::request_for(const Call& call) const {
  const auto token = account_file(options_.account, "token");
  if (!token) return token.error();
  const auto space = account_file(options_.account, "namespace");
  if (!space) return space.error();
  if (const auto authority = account_file(options_.account, "ca.crt"); !authority) return authority.error();
  http::ClientRequest out;
  out.method = call.method;
  out.url = options_.url + std::string(call.resource.group_path) + "/namespaces/" + query_value(*space) + "/" +
            std::string(call.resource.plural) + call.rest;
  out.headers.set("Authorization", "Bearer " + *token);
  out.headers.set("Accept", "application/json");
  if (!call.body.empty()) out.headers.set("Content-Type", call.content_type);
  out.body = call.body;
  out.https_only = true;
  out.extra_ca_file = options_.account / "ca.crt";
  out.only_extra_ca = true;
  out.max_body_bytes = kMaxAnswer;
  out.total_timeout = std::chrono::seconds(60);
  return out;
}

Error Api::refusal(const Call& call, const http::Response& answer) const {
  const std::string why = told(answer, "message"), reason = told(answer, "reason");
  const std::string said = why.empty() ? "status " + std::to_string(answer.status) : why;
  switch (answer.status) {
    case kUnauthorized:
      return failure(
          ErrorKind::kForbidden, {},
          "The API server does not accept the service account's token: " + said + ". See UPDATE_KUBERNETES_ACCOUNT.");
    case kForbidden:
      if (why.find("quota") != std::string::npos)
        return failure(ErrorKind::kForbidden, {}, "The namespace's quota leaves no room: " + said + ".");
      return failure(ErrorKind::kForbidden, {},
                     "The role of the agent's service account lacks the verb " + call.verb + " for " +
                         named(call.resource) + " (" + said + "): apply deploy/kubernetes/agent.yaml.");
    case kNotFound:
      return failure(ErrorKind::kNotFound, {}, "The API server knows no such object: " + said + ".");
    case kConflict:
    case kGone:
      return failure(ErrorKind::kConflict, reason, "The API server says that it has changed: " + said + ".");
    default:
      return failure(answer.status == 422 ? ErrorKind::kUnprocessable : ErrorKind::kUpstream, reason,
                     "The API server refused to " + call.verb + " " + named(call.resource) + ": " + said + ".");
  }
}

Task<Result<http::Response>> Api::ask(Call call) {
  const auto give_up = steady_clock::now() + options_.patience;
  for (;;) {
    auto request = request_for(call);
    if (!request) co_return request.error();
    auto answer = co_await client_.fetch(std::move(*request));
    std::string why;
    if (!answer) {
      const auto error = answer.error();
      if (error.kind == ErrorKind::kInvalid)
        co_return Error::invalid("UPDATE_KUBERNETES_URL", "must be the https address of the API server");
      why = error.message;
    } else if (answer->status < 300) {
      co_return std::move(*answer);
    } else if (!is_transient(answer->status)) {
      co_return refusal(call, *answer);
    } else {
      why = "it answered with status " + std::to_string(answer->status) + " " + told(*answer, "message");
    }
    if (steady_clock::now() + options_.retry_after > give_up) co_return away(why);
    co_await runtime::sleep_for(options_.retry_after);
  }
}

Task<Result<json>> Api::ask_json(Call call) {
  const auto answer = co_await ask(std::move(call));
  if (!answer) co_return answer.error();
  co_return parsed(*answer);
}

Task<Result<json>> Api::read(Resource resource, std::string name) {
  Call call{"get", resource, "GET", "/" + name};
  co_return co_await ask_json(std::move(call));
}

Task<Result<json>> Api::list(Resource resource, std::string query) {
  Call call{"list", resource, "GET", "?" + query};
  co_return co_await ask_json(std::move(call));
}

Task<Result<json>> Api::create(Resource resource, std::string object) {
  Call call{"create", resource, "POST", "", std::move(object), "application/json"};
  co_return co_await ask_json(std::move(call));
}

Task<Result<json>> Api::patch(Resource resource, std::string name, std::string patch) {
  Call call{"patch", resource, "PATCH", "/" + name, std::move(patch), "application/strategic-merge-patch+json"};
  co_return co_await ask_json(std::move(call));
}

Task<Result<void>> Api::remove(Resource resource, std::string name) {
  Call call{"delete", resource, "DELETE", "/" + name, R"({"propagationPolicy":"Background"})", "application/json"};
  const auto answer = co_await ask(std::move(call));
  if (answer || answer.error().kind == ErrorKind::kNotFound) co_return Result<void>{};
  co_return answer.error();
}

Task<std::string> Api::last_words(std::string pod, std::string container) {
  Call call{"get", {"/api/v1", "pods"}, "GET", "/" + pod + "/log?tailLines=8&limitBytes=4096&container=" + container};
  const auto answer = co_await ask(std::move(call));
  if (!answer) co_return std::string();
  std::string text = answer->body;
  text.erase(text.find_last_not_of(" \r\n\t") + 1);
  std::replace(text.begin(), text.end(), '\n', ' ');
  co_return printable(text, kMaxTold * 2);
}

Task<Result<std::unique_ptr<http::ClientStream>>> Api::watch(Resource resource, std::string query) {
  const Call call{"watch", resource, "GET", "?watch=1&" + query};
  auto request = request_for(call);
  if (!request) co_return request.error();
  request->total_timeout = options_.look_every + std::chrono::seconds(60);
  request->idle_timeout = options_.look_every + std::chrono::seconds(15);
  auto stream = co_await client_.open(std::move(*request));
  if (!stream) co_return stream.error();
  if ((*stream)->status() == 200) co_return std::move(*stream);
  http::Response answer;
  answer.status = (*stream)->status();
  if (auto piece = co_await (*stream)->read(); piece && *piece) answer.body = **piece;
  co_return refusal(call, answer);
}

}  // namespace rapt::agent::kubernetes
