// SPDX-License-Identifier: AGPL-3.0-or-later
// OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636).
#include <algorithm>
#include <array>

#include <rapt/module.hpp>

#include "encoding.hpp"
#include "signature.hpp"

namespace oidc {
namespace {

using rapt::auth::Claim;
using rapt::auth::Fetch;
using rapt::auth::Input;
using rapt::auth::Refuse;
using rapt::auth::Step;
using rapt::json::Value;

constexpr std::string_view kToken = "token", kKeys = "keys:", kUserinfo = "userinfo:";
constexpr std::size_t kMostMemo = 8 * 1024;  ///< as the host takes it
constexpr std::int64_t kSkewSeconds = 120;   ///< clocks differ

std::string setting(const Value& settings, const char* key) {
  return std::string(settings.get(key).text());
}

void check_settings(const Value& settings) {
  std::vector<rapt::auth::Fault> faults;
  for (const char* key : {"issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint"}) {
    if (!setting(settings, key).starts_with("https://"))
      faults.push_back({key, "Give an address that begins with https://."});
  }
  if (settings.has("jwks_uri") && !setting(settings, "jwks_uri").starts_with("https://"))
    faults.push_back({"jwks_uri", "Give an address that begins with https://, or none."});
  if (setting(settings, "client_id").empty())
    faults.push_back({"client_id", "Give the id that the provider has given."});
  if (setting(settings, "authorization_endpoint").find('#') != std::string::npos)
    faults.push_back({"authorization_endpoint", "An endpoint has no \"#\"."});
  if (!faults.empty()) throw rapt::auth::Invalid(std::move(faults));
}

Refuse unusable() {
  return {"The login provider gave an answer that cannot be used. Try again, or tell your administrator."};
}

Refuse refused_by_provider(const std::string& error) {
  if (error == "access_denied") return {"The login was cancelled, or the provider did not allow it."};
  if (error == "temporarily_unavailable" || error == "server_error")
    return {"The login provider is not available at the moment. Try again later."};
  return {"The login provider refused this login. Tell your administrator if it happens again."};
}

Step ask_token(const Input& input, const std::string& code) {
  Fetch fetch;
  fetch.method = "POST";
  fetch.url = setting(input.settings, "token_endpoint");
  fetch.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  fetch.body = "grant_type=authorization_code&code=" + percent(code) + "&redirect_uri=" + percent(input.redirect_uri) +
               "&client_id=" + percent(setting(input.settings, "client_id")) +
               "&client_secret={{secret:client_secret}}&code_verifier={{code_verifier}}";
  fetch.memo = kToken;
  return fetch;
}

bool is_for(const Value& audience, const Value& party, const std::string& client) {
  if (audience.is(Value::Kind::kText)) return audience.text() == client;
  const auto& list = audience.list();
  const bool among = std::any_of(list.begin(), list.end(), [&](const Value& one) { return one.text() == client; });
  return among && (list.size() == 1 || party.text() == client);
}

/// The claims of an id token that is meant for us, now; its signature is another matter.
std::optional<Value> claims_of(std::string_view token, const Input& input) {
  const auto first = token.find('.'), second = token.find('.', first == token.npos ? first : first + 1);
  if (second == token.npos) return std::nullopt;
  const auto payload = from_base64url(token.substr(first + 1, second - first - 1));
  auto claims = payload ? rapt::json::parse(*payload) : std::nullopt;
  if (!claims || claims->get("sub").text().empty()) return std::nullopt;
  const auto now = input.now_ms / 1000;
  const bool good = claims->get("iss").text() == setting(input.settings, "issuer") &&
                    is_for(claims->get("aud"), claims->get("azp"), setting(input.settings, "client_id")) &&
                    claims->get("nonce").text() == input.nonce && claims->get("exp").integer() + kSkewSeconds > now;
  return good ? std::move(claims) : std::nullopt;
}

/// A bearer token (RFC 6750) goes into a header: nothing else does.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= 4000 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '{' && c != '}'; });
}

Fetch userinfo(const Input& input, std::string_view token, std::string_view subject) {
  Fetch fetch;
  fetch.url = setting(input.settings, "userinfo_endpoint");
  fetch.headers = {{"Authorization", "Bearer " + std::string(token)}, {"Accept", "application/json"}};
  fetch.memo = std::string(kUserinfo) + std::string(subject);
  return fetch;
}

/// Asks for the keys, with what is to be done when they have come.
Step ask_keys(const Input& input, const Signature& signature, std::string_view token, std::string_view subject) {
  const auto member = [](const char* key, std::string_view value) {
    return rapt::json::quote(key) + ":" + rapt::json::quote(value);
  };
  Fetch fetch;
  fetch.url = setting(input.settings, "jwks_uri");
  fetch.headers = {{"Accept", "application/json"}};
  fetch.memo = std::string(kKeys) + "{" + member("alg", signature.algorithm) + "," + member("kid", signature.key_id) +
               "," + member("digest", to_base64url(signature.digest)) + "," +
               member("signature", to_base64url(signature.bytes)) + "," + member("token", token) + "," +
               member("subject", subject) + "}";
  if (fetch.memo.size() > kMostMemo) return unusable();
  return fetch;
}

/// Without `jwks_uri` the signature is not checked: the token came straight from the token endpoint over TLS, and OIDC
/// Core 3.1.3.7 lets TLS stand for it.
Step take_token(const Input& input) {
  const auto answer = rapt::json::parse(input.answered->body);
  if (input.answered->status != 200 || !answer) return unusable();
  const auto token = answer->get("access_token").text(), id_token = answer->get("id_token").text();
  const auto claims = claims_of(id_token, input);
  if (!is_token(token) || !claims) return unusable();
  const auto subject = claims->get("sub").text();
  if (!input.settings.has("jwks_uri")) return userinfo(input, token, subject);
  const auto signature = signature_of(id_token);
  return signature ? ask_keys(input, *signature, token, subject) : Step(unusable());
}

Step take_keys(const Input& input) {
  const auto waiting = rapt::json::parse(std::string_view(input.memo).substr(kKeys.size()));
  const auto keys = rapt::json::parse(input.answered->body);
  if (input.answered->status != 200 || !waiting || !keys) return unusable();
  const auto text = [&](const char* key) { return std::string(waiting->get(key).text()); };
  const Signature signature{text("alg"), text("kid"), from_base64url(text("digest")).value_or(""),
                            from_base64url(text("signature")).value_or("")};
  if (!is_made_by(signature, *keys)) return unusable();
  return userinfo(input, text("token"), text("subject"));
}

/// Some providers write "true".
bool is_true(const Value& value) {
  return value.truth() || value.text() == "true";
}

bool is_of_domain(const Claim& claim, const Value& info, const std::string& domain) {
  if (info.has("hd")) return info.get("hd").text() == domain;
  return claim.email_verified && claim.email.ends_with("@" + domain);
}

Step claim_of(const Input& input) {
  const auto info = rapt::json::parse(input.answered->body);
  if (input.answered->status != 200 || !info) return unusable();
  const auto text = [&](const char* key) { return std::string(info->get(key).text()); };
  Claim claim{text("sub"),  text("email"),      is_true(info->get("email_verified")),
              text("name"), text("given_name"), text("family_name")};
  const auto expected = std::string_view(input.memo).substr(kUserinfo.size());
  // Userinfo may be about somebody else than the id token (OIDC Core 5.3.2).
  if (claim.subject.empty() || claim.subject != expected) return unusable();
  claim.email_verified = claim.email_verified && !claim.email.empty();
  const auto domain = setting(input.settings, "hosted_domain");
  if (!domain.empty() && !is_of_domain(claim, *info, domain))
    return Refuse{"Only accounts of the school may log in here. Choose that account and try again."};
  return claim;
}

class Oidc : public rapt::auth::Provider {
 public:
  std::string start(const rapt::auth::Start& start) override {
    check_settings(start.settings);
    const auto scopes = setting(start.settings, "scopes"), domain = setting(start.settings, "hosted_domain");
    const auto endpoint = setting(start.settings, "authorization_endpoint");
    std::string url = endpoint + (endpoint.find('?') == endpoint.npos ? "?" : "&");
    url += "response_type=code&client_id=" + percent(setting(start.settings, "client_id"));
    url += "&redirect_uri=" + percent(start.redirect_uri);
    url += "&scope=" + percent(scopes.empty() ? "openid email profile" : scopes);
    url += "&state=" + percent(start.state) + "&nonce=" + percent(start.nonce);
    url += "&code_challenge=" + percent(start.code_challenge) + "&code_challenge_method=S256";
    if (!domain.empty()) url += "&hd=" + percent(domain);
    return url;
  }
  Step step(const Input& input) override {
    if (const auto error = input.parameter("error")) return refused_by_provider(*error);
    if (input.answered && input.memo == kToken) return take_token(input);
    if (input.answered && input.memo.starts_with(kKeys)) return take_keys(input);
    if (input.answered && input.memo.starts_with(kUserinfo)) return claim_of(input);
    const auto code = input.parameter("code");
    if (!code || code->empty()) return unusable();
    return ask_token(input, *code);
  }
};

}  // namespace
}  // namespace oidc

RAPT_MODULE(oidc::Oidc, RAPT_MODULE_NAME, RAPT_MODULE_VERSION);
