// SPDX-License-Identifier: AGPL-3.0-or-later
#include "me_view.hpp"

#include <nlohmann/json.hpp>

#include "rapt/accounts/account_service.hpp"
#include "versions.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

json text_or_null(const std::optional<std::string>& text) {
  return text ? json(*text) : json(nullptr);
}

}  // namespace

http::Response me_reply(const identity::Actor& actor, const accounts::Profile& profile) {
  json me = view(actor);
  me["user"] = {{"id", profile.id.str()},
                {"email", profile.email},
                {"name", profile.name},
                {"given_name", text_or_null(profile.given_name)},
                {"family_name", text_or_null(profile.family_name)}};
  me["email_verified"] = profile.email_verified;
  me["totp_enabled"] = profile.totp_enabled;
  me["status"] = profile.status;
  return with_version(data_reply(me), profile.updated_at);
}

Task<Result<http::Response>> load_me(Call& call, const identity::Actor& actor) {
  const auto profile = co_await call.services.accounts.profile(actor.id);
  if (!profile) co_return profile.error();
  co_return me_reply(actor, *profile);
}

}  // namespace rapt::api
