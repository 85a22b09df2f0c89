// SPDX-License-Identifier: AGPL-3.0-or-later
#include "provider_text.hpp"

#include <nlohmann/json.hpp>

#include "rapt/base/clock.hpp"
#include "rapt/base/text.hpp"
#include "strict_object.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxMemoBytes = 8192, kMaxBodyBytes = 65536, kMaxHeaders = 32, kMaxHeaderBytes = 4096;
constexpr std::size_t kMaxNameBytes = 64, kMaxRefusalBytes = 500, kMaxFaults = 32;
constexpr std::size_t kMaxSubject = 255, kMaxEmailBytes = 254, kMaxPersonName = 200;

Error bad_reply(std::string what) {
  return Error{.kind = ErrorKind::kInvalid, .code = "MODULE_REPLY_INVALID", .message = std::move(what)};
}

Error no_settings() {
  return Error::invalid("settings", "The provider's settings must be a JSON object.");
}

/// What is not UTF-8 (a provider's answer may be anything) comes as U+FFFD.
std::string written(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json view(const providers::Answered& answered) {
  return {{"status", answered.status}, {"content_type", answered.content_type}, {"body", answered.body}};
}

void read_headers(StrictObject& in, providers::Fetch& out) {
  for (auto& header : in.objects("headers", 0, kMaxHeaders)) {
    std::string name = header.text("name", {.least = 1, .most = kMaxNameBytes, .kind = StrictObject::Kind::kToken});
    std::string value = header.text("value", {.most = kMaxHeaderBytes, .kind = StrictObject::Kind::kVisible});
    header.finish();
    if (StrictObject::is_own_header(name)) in.fault("the header " + name + " is the host's own");
    out.headers.emplace_back(std::move(name), std::move(value));
  }
}

providers::Fetch read_fetch(StrictObject in) {
  providers::Fetch out;
  if (in.has("method")) out.method = in.text("method", {.most = 8});
  if (out.method != "GET" && out.method != "POST") in.fault("its method is neither GET nor POST");
  out.url = in.url("url");
  if (in.has("headers")) read_headers(in, out);
  if (in.has("body")) out.body = in.text("body", {.most = kMaxBodyBytes, .kind = StrictObject::Kind::kAny});
  if (out.method == "GET" && !out.body.empty()) in.fault("a GET has no body");
  in.finish();
  return out;
}

providers::Claim read_claim(StrictObject in) {
  using Kind = StrictObject::Kind;
  providers::Claim out;
  out.subject = in.text("subject", {.least = 1, .most = kMaxSubject, .kind = Kind::kLine});
  if (in.has("email")) out.email = in.text("email", {.most = kMaxEmailBytes, .kind = Kind::kLine, .bytes = true});
  if (in.has("email_verified")) out.email_verified = in.boolean("email_verified");
  if (in.has("name")) out.name = in.text("name", {.most = kMaxPersonName, .kind = Kind::kLine});
  if (in.has("given_name")) out.given_name = in.text("given_name", {.most = kMaxPersonName, .kind = Kind::kLine});
  if (in.has("family_name")) out.family_name = in.text("family_name", {.most = kMaxPersonName, .kind = Kind::kLine});
  if (out.email_verified && out.email.empty()) in.fault("it verifies an e-mail address and names none");
  in.finish();
  return out;
}

}  // namespace

Result<std::string> text_of(const providers::Start& start, const providers::LookedUp* before) {
  auto settings = json::parse(start.settings_json, nullptr, false);
  if (!settings.is_object()) return no_settings();
  json out = {{"settings", std::move(settings)},
              {"redirect_uri", start.redirect_uri},
              {"state", start.state},
              {"nonce", start.nonce},
              {"memo", before != nullptr ? before->memo : ""},
              {"code_challenge", start.code_challenge}};
  if (before != nullptr) out["answered"] = view(before->answered);
  return written(out);
}

Result<std::string> text_of(const providers::Input& input) {
  auto settings = json::parse(input.settings_json, nullptr, false);
  if (!settings.is_object()) return no_settings();
  const auto now = input.now.value_or(SystemClock().now());
  json parameters = json::array();
  for (const auto& [name, value] : input.parameters) parameters.push_back({{"name", name}, {"value", value}});
  json out = {{"settings", std::move(settings)},
              {"redirect_uri", input.redirect_uri},
              {"nonce", input.nonce},
              {"now_ms", std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count()},
              {"parameters", std::move(parameters)},
              {"memo", input.memo}};
  if (input.answered) out["answered"] = view(*input.answered);
  return written(out);
}

Result<StartAnswer> read_start_answer(std::string_view text) {
  const auto document = json::parse(text, nullptr, false);
  std::string fault;
  StrictObject in(document, fault);
  StartAnswer out;
  if (in.has("invalid")) {
    for (auto& one : in.objects("invalid", 1, kMaxFaults)) {
      out.invalid.push_back(
          {"settings." + one.text("field", {.least = 1, .most = kMaxNameBytes, .kind = StrictObject::Kind::kVisible}),
           one.text("message", {.least = 1, .most = kMaxRefusalBytes, .kind = StrictObject::Kind::kLine})});
      one.finish();
    }
  } else if (in.has("fetch")) {
    out.begin.fetch = read_fetch(in.object("fetch"));
    if (in.has("memo")) out.begin.memo = in.text("memo", {.most = kMaxMemoBytes, .kind = StrictObject::Kind::kAny});
  } else {
    out.begin.url = in.url("url");
  }
  in.finish();
  if (!fault.empty()) return bad_reply(std::move(fault));
  return out;
}

Result<providers::Step> read_step(std::string_view text) {
  const auto document = json::parse(text, nullptr, false);
  std::string fault;
  StrictObject in(document, fault);
  providers::Step out;
  if (in.has("fetch")) {
    out.fetch = read_fetch(in.object("fetch"));
    if (in.has("memo")) out.memo = in.text("memo", {.most = kMaxMemoBytes, .kind = StrictObject::Kind::kAny});
  } else if (in.has("claim")) {
    out.claim = read_claim(in.object("claim"));
  } else {
    out.refusal =
        in.text("refuse", {.least = 1, .most = kMaxRefusalBytes, .kind = StrictObject::Kind::kLine, .bytes = true});
  }
  in.finish();
  if (!fault.empty()) return bad_reply(std::move(fault));
  return out;
}

std::optional<std::string> provider_lie(hooks::Point point, std::string_view text) {
  if (point == hooks::Point::kAuthStart) {
    auto read = read_start_answer(text);
    return read ? std::nullopt : std::optional(std::move(read.error().message));
  }
  auto read = read_step(text);
  return read ? std::nullopt : std::optional(std::move(read.error().message));
}

}  // namespace rapt::host
