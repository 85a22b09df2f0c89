// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/http.hpp"

#include <rapt/http.h>

#include <algorithm>

#include "asked.hpp"
#include "http_text.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/redaction.hpp"
#include "rapt/base/text.hpp"
#include "rapt/http/client.hpp"
#include "rapt/providers/fetcher.hpp"
#include "rapt/providers/reach.hpp"

namespace rapt::host {
namespace {

using sandbox::HttpMethod;
using Steady = std::chrono::steady_clock;

constexpr const char* kMostBodyInWords = "512 KiB";
constexpr std::string_view kGrant = "http:", kPrivate = "http:private", kSettings = "http:@settings";

ServiceAnswer with_head(rapt_status status, std::string head) {
  ServiceAnswer answer;
  answer.status = status;
  answer.texts = {std::move(head), std::nullopt};
  return answer;
}

ServiceAnswer invalid(const Error& error) {
  const auto& at = error.fields.empty() ? error.message : error.fields[0].path + " " + error.fields[0].message;
  return with_head(RAPT_E_INVALID, http_fault_json("request", at));
}

/// The module is told, and so is its administrator.
ServiceAnswer complained(rapt_status status, const char* word, std::string complaint) {
  auto answer = with_head(status, http_fault_json(word, complaint));
  answer.complaint = std::move(complaint);
  return answer;
}

ServiceAnswer not_now(const char* message) {
  return with_head(RAPT_E_UNAVAILABLE, http_fault_json("connect", message));
}

bool granted(const ServiceRequest& request, std::string_view name) {
  return std::find(request.grants.begin(), request.grants.end(), name) != request.grants.end();
}

std::vector<std::string> hosts_of(const ServiceRequest& request) {
  std::vector<std::string> out;
  for (const auto& grant : request.grants) {
    if (grant.starts_with(kGrant)) out.push_back(grant.substr(kGrant.size()));
  }
  return out;
}

/// What core/http says of a transfer that failed, by the first word of its detail.
ServiceAnswer failed(const ServiceRequest& request, const std::string& url, const Error& error) {
  const std::string host = providers::https_host(url).value_or("");
  const std::string_view detail = error.log_detail;
  if (detail.starts_with("refused:"))
    return complained(RAPT_E_NOT_ALLOWED, "refused",
                      "It asked for " + host + ", which leads to an address that is not public (http).");
  if (detail.starts_with("too large:"))
    return complained(RAPT_E_TOO_LARGE, "size",
                      "The answer of " + host + " is larger than " + kMostBodyInWords + " (http).");
  if (error.kind == ErrorKind::kInvalid) return invalid(error);
  log::info("module.http_failed", {{"module", request.module}, {"host", host}, {"detail", error.log_detail}});
  const char* word = "connect";
  if (error.kind == ErrorKind::kTimeout || detail.starts_with("timeout:")) word = "timeout";
  if (detail.starts_with("dns:")) word = "dns";
  if (detail.starts_with("tls:")) word = "tls";
  if (detail.starts_with("protocol:")) word = "protocol";
  return with_head(RAPT_E_UNAVAILABLE, http_fault_json(word, error.message));
}

ServiceAnswer answer_of(const http::Response& response, const std::string& url) {
  const bool text = is_utf8(response.body) && response.body.find('\0') == std::string::npos;
  ServiceAnswer answer;
  answer.texts = {head_json(response, url, !text), text ? response.body : base64(response.body)};
  return answer;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// The request that follows a redirect; false when it must not be made. Another host gets neither body nor fields: they
/// may hold what is meant for this one.
bool redirect(providers::Fetch& fetch, int status, std::string target) {
  const bool same_host = same_place(fetch.url, target);
  const bool keeps_method = status == 307 || status == 308 || fetch.method == "GET" || fetch.method == "HEAD";
  if (!same_host && keeps_method && fetch.method != "GET" && fetch.method != "HEAD") return false;
  if (!keeps_method) fetch.method = "GET";
  if (!same_host || !keeps_method) fetch.body.clear();
  if (!same_host) fetch.headers.clear();
  if (!keeps_method)
    std::erase_if(fetch.headers, [](const auto& field) { return same_name(field.first, "Content-Type"); });
  fetch.url = std::move(target);
  return true;
}

}  // namespace

struct HttpCapability::Impl {
  Options options;
  // Of its own, and two: a connection that was made under other rules is not used again here.
  http::Client public_client{}, private_client{};

  [[nodiscard]] bool private_too(const ServiceRequest& request) const {
    return options.private_addresses || granted(request, kPrivate);
  }

  /// "{}" where no grant asks for them.
  Task<Result<std::string>> settings_for(const ServiceRequest& request) const {
    if (!options.settings || !granted(request, kSettings)) co_return std::string("{}");
    co_return co_await options.settings(request.module, request.scope);
  }

  /// Another port than 443 is one that an administrator has written down.
  [[nodiscard]] bool port_is_fine(const std::string& url, const std::string& settings) const {
    if (options.private_addresses || !has_other_port(url)) return true;
    const auto named = providers::addresses_in(settings);
    return std::any_of(named.begin(), named.end(), [&](const std::string& one) { return same_place(one, url); });
  }

  /// nullopt: it may be reached.
  std::optional<ServiceAnswer> barred(const ServiceRequest& request, const std::string& settings,
                                      const std::string& url) const {
    const auto host = providers::https_host(url);
    if (!host) return invalid(Error::invalid("url", "must be an https address"));
    const bool reachable = providers::may_reach(hosts_of(request), settings, url);
    if (reachable && port_is_fine(url, settings)) return std::nullopt;
    return complained(RAPT_E_NOT_ALLOWED, "refused",
                      "It asked for " + printable(*host, 253) +
                          (reachable ? " at another port than 443 (http)." : ", which was not granted (http)."));
  }

  http::ClientRequest request_of(const ServiceRequest& request, const providers::Fetch& fetch,
                                 Steady::time_point until) const {
    http::ClientRequest out;
    out.method = fetch.method;
    out.url = fetch.url;
    out.body = fetch.body;
    for (const auto& [name, value] : fetch.headers) out.headers.add(name, value);
    out.headers.set("User-Agent", "RaptScallions module " + request.module + "/" + request.version);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now());
    out.total_timeout = out.connect_timeout = out.idle_timeout = out.head_timeout =
        std::max(left, std::chrono::milliseconds(1));
    out.max_body_bytes = RAPT_HTTP_MAX_BODY_BYTES;
    out.https_only = true;
    out.decode_body = true;
    out.public_addresses_only = !private_too(request);
    out.extra_ca_file = options.ca_file;
    return out;
  }

  /// Puts the secrets in. Refused as an answer, to be given as it is.
  Task<std::optional<ServiceAnswer>> fill_in(const ServiceRequest& request, providers::Fetch& fetch) const {
    std::set<std::string> names;
    collect_secret_names(fetch.body, names);
    for (const auto& [name, value] : fetch.headers) collect_secret_names(value, names);
    if (names.empty()) co_return std::nullopt;
    if (!granted(request, "secrets"))
      co_return complained(RAPT_E_NOT_ALLOWED, "refused",
                           "It asked for a secret of its settings, and secrets were not granted.");
    if (!options.secrets) co_return not_now("There are no secrets here.");
    providers::Substitutes known;
    for (const auto& name : names) {
      const auto secret = co_await options.secrets(request.module, name, request.scope);
      if (!secret) co_return not_now("The module's secrets cannot be read now.");
      if (!*secret) continue;
      redaction::keep_out(request.module, **secret);  // the server may repeat it, and the module log what it said
      known.secrets.emplace(name, **secret);
    }
    auto filled = providers::filled_in(fetch, known);
    if (!filled) co_return invalid(filled.error());
    fetch = std::move(*filled);
    co_return std::nullopt;
  }

  Task<ServiceAnswer> follow(const ServiceRequest& request, const std::string& settings, providers::Fetch fetch,
                             int redirects, Steady::time_point until) {
    for (;;) {
      if (auto bar = barred(request, settings, fetch.url)) co_return std::move(*bar);
      auto asking = request_of(request, fetch, until);
      http::Client& client = asking.public_addresses_only ? public_client : private_client;
      const auto response = co_await client.fetch(std::move(asking));
      if (!response) co_return failed(request, fetch.url, response.error());
      const auto location = response->headers.get("Location");
      if (redirects-- <= 0 || !is_redirect(response->status) || !location) co_return answer_of(*response, fetch.url);
      auto target = resolved(fetch.url, *location);
      if (!target || !redirect(fetch, response->status, std::move(*target))) co_return answer_of(*response, fetch.url);
    }
  }
};

HttpCapability::HttpCapability(Options options) : impl_(new Impl{std::move(options)}) {}
HttpCapability::~HttpCapability() = default;

Task<ServiceAnswer> HttpCapability::call(ServiceRequest request) {
  const bool formed = request.method == static_cast<std::uint32_t>(HttpMethod::kRequest) && has(request, 2, 0) &&
                      request.texts[0].has_value();
  if (!formed) co_return refused(RAPT_E_INVALID);
  auto asked = parse_http_request(*request.texts[0]);
  if (!asked) co_return invalid(asked.error());
  const std::string body = request.texts[1].value_or("");
  if (body.size() > RAPT_HTTP_MAX_BODY_BYTES)
    co_return complained(RAPT_E_TOO_LARGE, "size",
                         std::string("It asked to send more than ") + kMostBodyInWords + " (http).");
  if (Steady::now() >= request.deadline)
    co_return with_head(RAPT_E_UNAVAILABLE, http_fault_json("timeout", "The time of this call was over."));
  const auto settings = co_await impl_->settings_for(request);
  if (!settings) {
    log::warn("module.settings_not_read", {{"module", request.module}, {"detail", settings.error().log_detail}});
    co_return not_now("The module's settings cannot be read now.");
  }
  if (auto bar = impl_->barred(request, *settings, asked->url)) co_return std::move(*bar);
  providers::Fetch fetch{asked->method, asked->url, std::move(asked->headers), body};
  auto unfilled = co_await impl_->fill_in(request, fetch);
  if (unfilled) co_return std::move(*unfilled);
  const auto until = std::min(request.deadline, Steady::now() + std::chrono::milliseconds(asked->timeout_ms));
  co_return co_await impl_->follow(request, *settings, std::move(fetch), asked->redirects, until);
}

}  // namespace rapt::host
