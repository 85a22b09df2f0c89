// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/marketplace/publisher_client.hpp"

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "rapt/marketplace/request_signature.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr std::size_t kMostAnswer = std::size_t{2} << 20;
constexpr std::size_t kMostSentence = 1000, kMostFindings = 200, kMostFields = 50;
constexpr std::chrono::minutes kUploadPatience{10};

Error unreadable_answer(const std::string& what) {
  Error out;
  out.kind = ErrorKind::kUpstream;
  out.message = "The registry has answered something that this program cannot read: " + what + ".";
  return out;
}

ErrorKind kind_of(int status) {
  switch (status) {
    case 400:
    case 422:
      return ErrorKind::kInvalid;
    case 401:
      return ErrorKind::kUnauthorized;
    case 403:
      return ErrorKind::kForbidden;
    case 404:
      return ErrorKind::kNotFound;
    case 409:
      return ErrorKind::kConflict;
    case 413:
      return ErrorKind::kTooLarge;
    case 429:
      return ErrorKind::kRateLimited;
    default:
      return status >= 500 ? ErrorKind::kUnavailable : ErrorKind::kUpstream;
  }
}

std::string answer_text(const json& object, const char* key, std::size_t most = kMostSentence) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? printable(found->get<std::string>(), most) : std::string();
}

Error refusal_of(const http::Response& response) {
  const auto body = json::parse(response.body, nullptr, false);
  if (!body.is_object() || answer_text(body, "error").empty())
    return unreadable_answer("status " + std::to_string(response.status) +
                             " without a sentence; is the address right?");
  Error out;
  out.kind = kind_of(response.status);
  out.code = answer_text(body, "code", 80);
  out.message = answer_text(body, "error");
  const auto fields = body.value("/details/fields"_json_pointer, json());
  for (const auto& field : fields.is_array() ? fields : json::array()) {
    if (!field.is_object() || out.fields.size() == kMostFields) break;
    out.fields.push_back({answer_text(field, "path", 200), answer_text(field, "message")});
  }
  return out;
}

}  // namespace

Result<SubmissionState> parse_submission(std::string_view data_json) {
  const auto data = json::parse(data_json, nullptr, false);
  if (!data.is_object()) return unreadable_answer("no submission");
  SubmissionState out{answer_text(data, "module", 80),
                      answer_text(data, "version", 80),
                      answer_text(data, "sha256", 80),
                      answer_text(data, "channel", 20),
                      answer_text(data, "state", 20),
                      answer_text(data, "review_note"),
                      {}};
  if (out.state.empty()) return unreadable_answer("a submission without a state");
  const auto findings = data.value("findings", json::array());
  for (const auto& one : findings) {
    if (!one.is_object() || out.findings.size() == kMostFindings) break;
    out.findings.push_back({answer_text(one, "check", 80), answer_text(one, "level", 20), answer_text(one, "text")});
  }
  return out;
}

PublisherClient::PublisherClient(http::Client& client, std::string base_url, const security::PrivateKey& key,
                                 const Clock& clock)
    : client_(client), base_url_(base_url.substr(0, base_url.find_last_not_of('/') + 1)), key_(key), clock_(clock) {}

Task<Result<std::string>> PublisherClient::ask(PublisherRequest asked) {
  http::ClientRequest request;
  request.method = asked.method;
  request.url = target_uri(base_url_, asked.path, asked.query);
  request.body = std::move(asked.body);
  request.total_timeout = request.head_timeout = request.idle_timeout = asked.patience;
  request.max_body_bytes = kMostAnswer;
  if (!request.body.empty()) request.headers.set("Content-Type", asked.content_type);
  request.headers.set("Accept", "application/json");
  sign_request(request, key_, clock_.now());
  auto response = co_await client_.fetch(std::move(request));
  if (!response) {
    auto out = response.error();
    if (out.kind == ErrorKind::kUpstream) out.kind = ErrorKind::kUnavailable;
    out.message = "The registry " + base_url_ + " cannot be reached: " + out.message;
    co_return out;
  }
  if (response->status < 200 || response->status > 299) co_return refusal_of(*response);
  const auto body = json::parse(response->body, nullptr, false);
  if (!body.is_object() || !body.contains("data")) co_return unreadable_answer("no \"data\"");
  co_return body["data"].dump(-1, ' ', false, json::error_handler_t::replace);
}

Task<Result<SubmissionState>> PublisherClient::submit(std::string module, std::string version, std::string archive,
                                                      std::string channel, std::string category) {
  PublisherRequest request;
  request.method = "POST";
  request.path = "/api/modules/" + module + "/versions/" + version;
  request.query.emplace("channel", channel);
  if (!category.empty()) request.query.emplace("category", category);
  request.body = std::move(archive);
  request.content_type = "application/octet-stream";
  request.patience = kUploadPatience;
  const auto data = co_await ask(std::move(request));
  if (!data) co_return data.error();
  co_return parse_submission(*data);
}

Task<Result<SubmissionState>> PublisherClient::submission(std::string module, std::string version) {
  PublisherRequest request;
  request.path = "/api/modules/" + module + "/versions/" + version + "/submission";
  const auto data = co_await ask(std::move(request));
  if (!data) co_return data.error();
  co_return parse_submission(*data);
}

Task<Result<std::string>> PublisherClient::hand_in(std::string file) {
  PublisherRequest request;
  request.method = "POST";
  request.path = "/api/publishers/me/metadata";
  request.body = json{{"file", std::move(file)}}.dump();
  co_return co_await ask(std::move(request));
}

}  // namespace rapt::marketplace
