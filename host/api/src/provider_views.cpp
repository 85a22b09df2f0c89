// SPDX-License-Identifier: AGPL-3.0-or-later
#include "provider_views.hpp"

#include <nlohmann/json.hpp>

#include "views.hpp"

namespace rapt::api {

using nlohmann::json;

json view(const providers::ProviderRef& provider) {
  return {{"name", provider.name}, {"title", provider.title}};
}

json view(const providers::Provider& provider) {
  json domains = json::array();
  for (const auto& [domain, forced] : provider.domains) domains.push_back({{"domain", domain}, {"forced", forced}});
  return {{"name", provider.name},
          {"module", provider.module},
          {"title", provider.title},
          {"settings", stored_json(provider.settings_json)},
          {"secrets", provider.secret_names},
          {"enabled", provider.enabled},
          {"create_users", provider.create_users},
          {"default_group_id", provider.default_group.empty() ? json(nullptr) : json(provider.default_group.str())},
          {"default_role", provider.default_role},
          {"domains", std::move(domains)},
          {"created_at", to_rfc3339(provider.created_at)},
          {"updated_at", to_rfc3339(provider.updated_at)}};
}

json view(const providers::Link& link) {
  return {{"provider", link.provider},
          {"title", link.title},
          {"created_at", to_rfc3339(link.created_at)},
          {"last_used_at", link.last_used_at ? json(to_rfc3339(*link.last_used_at)) : json(nullptr)}};
}

}  // namespace rapt::api
