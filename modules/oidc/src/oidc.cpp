// SPDX-License-Identifier: AGPL-3.0-or-later
// OpenID Connect Core 1.0 and Discovery 1.0: authorization code flow with PKCE (RFC 7636).
#include <algorithm>
#include <array>

#include <rapt/jws.hpp>
#include <rapt/module.hpp>

namespace oidc {
namespace {

using rapt::auth::Claim;
using rapt::auth::Fault;
using rapt::auth::Fetch;
using rapt::auth::get_json;
using rapt::auth::Input;
using rapt::auth::Invalid;
using rapt::auth::origin;
using rapt::auth::Refuse;
using rapt::auth::Step;
using rapt::encoding::percent;
using rapt::json::Value;

constexpr std::array kEndpoints{"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"};
constexpr std::size_t kMostMemo = 8 * 1024;  ///< as the host takes it
constexpr std::int64_t kSkewSeconds = 120;   ///< clocks differ

std::string text(const Value& from, const char* key) {
  return std::string(from.get(key).text());
}

/// Endpoints that stand in the settings are used as they are, and nothing is looked up.
bool is_written_down(const Value& settings) {
  return std::any_of(kEndpoints.begin(), kEndpoints.end(), [&](const char* key) { return settings.has(key); });
}

void check_settings(const Value& settings) {
  std::vector<Fault> faults;
  if (!text(settings, "issuer").starts_with("https://"))
    faults.push_back({"issuer", "Give an address that begins with https://."});
  for (const char* key : kEndpoints) {
    if (is_written_down(settings) && !text(settings, key).starts_with("https://"))
      faults.push_back({key, "Give an address that begins with https://, or leave all endpoints out: they are found."});
  }
  if (text(settings, "client_id").empty()) faults.push_back({"client_id", "Give the id that the provider has given."});
  if (!faults.empty()) throw Invalid(std::move(faults));
}

Fetch ask_discovery(const Value& settings) {
  auto issuer = text(settings, "issuer");
  if (issuer.ends_with('/')) issuer.pop_back();
  return get_json(issuer + "/.well-known/openid-configuration", "{\"at\":\"endpoints\"}");
}

/// The provider's endpoints as it publishes them, at places that the administrator has named: others would get the
/// code, the secret and the token.
Value discovered(const Value& settings, const rapt::auth::Answered& answered) {
  const auto found = rapt::json::parse(answered.body);
  if (answered.status != 200 || !found)
    throw Invalid("issuer", "No provider of OpenID Connect answers there (/.well-known/openid-configuration).");
  if (text(*found, "issuer") != text(settings, "issuer"))
    throw Invalid("issuer", "The provider there gives itself another issuer: write it exactly as it does.");
  std::vector<std::string> named{origin(text(settings, "issuer"))};
  for (const auto& one : settings.get("also_at").list()) named.push_back(origin(one.text()));
  for (const char* key : kEndpoints) {
    const auto url = text(*found, key);
    if (!url.starts_with("https://")) throw Invalid("issuer", std::string("The provider there has no ") + key + ".");
    if (std::find(named.begin(), named.end(), origin(url)) == named.end())
      throw Invalid("also_at", std::string("The provider's ") + key + " is at " + percent(origin(url).substr(8, 200)) +
                                   ": add that address here (https://…), if it is right.");
  }
  return *found;
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

Step ask_token(const Input& input, const Value& endpoints) {
  const auto code = input.parameter("code");
  if (!code || code->empty()) return Refuse{"The login provider sent no code. Begin again."};
  auto fetch = get_json(text(endpoints, "token_endpoint"),
                        rapt::json::object({{"at", "token"},
                                            {"keys", text(endpoints, "jwks_uri")},
                                            {"userinfo", text(endpoints, "userinfo_endpoint")}}));
  fetch.method = "POST";
  fetch.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  fetch.body = "grant_type=authorization_code&code=" + percent(*code) + "&redirect_uri=" + percent(input.redirect_uri) +
               "&client_id=" + percent(text(input.settings, "client_id")) +
               "&client_secret={{secret:client_secret}}&code_verifier={{code_verifier}}";
  return fetch;
}

Step take_token(const Value& answer, const Value& memo) {
  const auto token = text(answer, "access_token"), id_token = text(answer, "id_token");
  if (id_token.empty()) return Refuse{"The login provider did not say who you are (it sent no id token)."};
  if (!rapt::auth::is_bearer(token)) return unusable();
  auto fetch =
      get_json(text(memo, "keys"),
               rapt::json::object(
                   {{"at", "keys"}, {"token", token}, {"id_token", id_token}, {"userinfo", text(memo, "userinfo")}}));
  return fetch.memo.size() > kMostMemo ? Step(unusable()) : Step(std::move(fetch));
}

/// Why the claims of an id token are not for us, now; "" when they are.
std::string fault_of(const Value& claims, const Input& input) {
  if (text(claims, "iss") != text(input.settings, "issuer")) return "The login comes from another provider.";
  if (!rapt::jws::is_for(claims, text(input.settings, "client_id"))) return "The login is meant for another site.";
  if (text(claims, "nonce") != input.nonce) return "The login belongs to another one. Begin again.";
  if (claims.get("exp").integer() + kSkewSeconds <= input.now_ms / 1000) return "The login has expired. Begin again.";
  return text(claims, "sub").empty() ? "The login provider did not say who you are." : "";
}

/// Keys are asked for at every login: those that the provider has changed are known at once.
Step take_keys(const Input& input, const Value& keys, const Value& memo) {
  const auto [fault, claims] = rapt::jws::checked(memo.get("id_token").text(), keys);
  using rapt::jws::Fault;
  if (fault == Fault::kAlgorithm)
    return Refuse{"The login provider signs in a way that is not accepted (RS256 and ES256 are)."};
  if (fault == Fault::kUnknownKey) return Refuse{"The login is signed with a key that the provider does not publish."};
  if (fault == Fault::kSignature) return Refuse{"The login's signature is wrong."};
  if (fault != Fault::kNone) return unusable();
  if (auto why = fault_of(claims, input); !why.empty()) return Refuse{std::move(why)};
  auto fetch =
      get_json(text(memo, "userinfo"), rapt::json::object({{"at", "userinfo"}, {"subject", text(claims, "sub")}}));
  fetch.headers.emplace_back("Authorization", "Bearer " + text(memo, "token"));
  return fetch;
}

bool is_of_domain(const Claim& claim, const Value& info, const std::string& domain) {
  if (info.has("hd")) return text(info, "hd") == domain;
  return claim.email_verified && claim.email.ends_with("@" + domain);
}

Step claim_of(const Input& input, const Value& info, const Value& memo) {
  const bool verified = info.get("email_verified").truth() || text(info, "email_verified") == "true";  // some write so
  Claim claim{text(info, "sub"),  text(info, "email"),      verified && !text(info, "email").empty(),
              text(info, "name"), text(info, "given_name"), text(info, "family_name")};
  // Userinfo may be about somebody else than the id token (OIDC Core 5.3.2).
  if (claim.subject.empty() || claim.subject != text(memo, "subject"))
    return Refuse{"The login provider spoke of two different people."};
  const auto domain = text(input.settings, "hosted_domain");
  if (!domain.empty() && !is_of_domain(claim, info, domain))
    return Refuse{"Only accounts of the school may log in here. Choose that account and try again."};
  return claim;
}

class Oidc : public rapt::auth::LookupProvider {
 public:
  rapt::auth::Begin start(const rapt::auth::Start& start) override {
    const auto& settings = start.settings;
    check_settings(settings);
    if (!start.answered && !is_written_down(settings)) return ask_discovery(settings);
    const auto endpoint = text(start.answered ? discovered(settings, *start.answered) : settings, kEndpoints[0]);
    const auto scopes = text(settings, "scopes"), domain = text(settings, "hosted_domain");
    std::string url = endpoint + (endpoint.find('?') == endpoint.npos ? "?" : "&");
    url += "response_type=code&client_id=" + percent(text(settings, "client_id"));
    url += "&redirect_uri=" + percent(start.redirect_uri);
    url += "&scope=" + percent(scopes.empty() ? "openid email profile" : scopes);
    url += "&state=" + percent(start.state) + "&nonce=" + percent(start.nonce);
    url += "&code_challenge=" + percent(start.code_challenge) + "&code_challenge_method=S256";
    return domain.empty() ? url : url + "&hd=" + percent(domain);
  }
  Step step(const Input& input) override {
    if (const auto error = input.parameter("error")) return refused_by_provider(*error);
    if (!input.answered && is_written_down(input.settings)) return ask_token(input, input.settings);
    if (!input.answered) return ask_discovery(input.settings);
    const auto memo = rapt::json::parse(input.memo), answer = rapt::json::parse(input.answered->body);
    if (!memo || !answer || input.answered->status != 200) return unusable();
    const auto at = memo->get("at").text();
    if (at == "endpoints") return found(input);
    if (at == "token") return take_token(*answer, *memo);
    return at == "keys" ? take_keys(input, *answer, *memo) : claim_of(input, *answer, *memo);
  }

 private:
  static Step found(const Input& input) try {
    return ask_token(input, discovered(input.settings, *input.answered));
  } catch (const Invalid&) {
    return unusable();  // it was right when the browser was sent away
  }
};

}  // namespace
}  // namespace oidc

RAPT_MODULE(oidc::Oidc, RAPT_MODULE_NAME, RAPT_MODULE_VERSION);
