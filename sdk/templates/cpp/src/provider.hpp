@@with auth-provider
// SPDX-License-Identifier: Apache-2.0
// A login provider: where the browser goes, and what is made of what comes back. The host puts in the secrets and makes the requests:
// rapt/auth_provider.h.
#pragma once

#include <rapt/auth_provider.hpp>
#include <rapt/encoding.hpp>

#include <string>

class LoginProvider : public rapt::auth::Provider {
 public:
  // What is thrown here, the administrator reads who saves the settings.
  std::string start(const rapt::auth::Start& start) override {
    const auto id = start.settings.get("client_id").text();
    const std::string address = address_in(start.settings);
    if (id.empty()) throw rapt::auth::Invalid("client_id", "Set what the provider gave.");
    using rapt::encoding::percent;
    return address + "/authorize?response_type=code&code_challenge_method=S256&client_id=" + percent(id) +
           "&redirect_uri=" + percent(start.redirect_uri) + "&state=" + percent(start.state) +
           "&code_challenge=" + percent(start.code_challenge);
  }

  // The browser is back: asks for a token, then who it belongs to.
  rapt::auth::Step step(const rapt::auth::Input& input) override {
    if (!input.answered) return ask_token(input);
    const auto said = rapt::json::parse(input.answered->body);
    if (input.answered->status != 200 || !said) return rapt::auth::Refuse{"The login provider did not accept this login."};
    if (input.memo == "token") return ask_person(input, std::string(said->get("access_token").text()));
    rapt::auth::Claim claim;
    claim.subject = said->get("id").text();
    claim.email = said->get("email").text();
    claim.name = said->get("name").text();
    if (claim.subject.empty()) return rapt::auth::Refuse{"The login provider did not say who this is."};
    return claim;
  }

 private:
  // The provider's address is a setting: the manifest may reach "@settings".
  static std::string address_in(const rapt::json::Value& settings) {
    std::string address(settings.get("address").text());
    if (address.size() <= 8 || !address.starts_with("https://"))
      throw rapt::auth::Invalid("address", "Set the provider's address: https://...");
    while (address.ends_with('/')) address.pop_back();
    return address;
  }
  static rapt::auth::Step ask_token(const rapt::auth::Input& input) {
    using rapt::encoding::percent;
    const auto code = input.parameter("code");
    if (!code) return rapt::auth::Refuse{"The login was not finished."};
    auto fetch = rapt::auth::get_json(address_in(input.settings) + "/token", "token");
    fetch.method = "POST";
    fetch.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    fetch.body = "grant_type=authorization_code&code=" + percent(*code) + "&redirect_uri=" + percent(input.redirect_uri) +
                 "&client_id=" + percent(input.settings.get("client_id").text()) +
                 "&client_secret={{secret:client_secret}}&code_verifier={{code_verifier}}";
    return fetch;
  }
  static rapt::auth::Step ask_person(const rapt::auth::Input& input, const std::string& token) {
    if (!rapt::auth::is_bearer(token)) return rapt::auth::Refuse{"The login provider did not accept this login."};
    auto fetch = rapt::auth::get_json(address_in(input.settings) + "/me", "person");
    fetch.headers.emplace_back("Authorization", "Bearer " + token);
    return fetch;
  }
};
@@end
