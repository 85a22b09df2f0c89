// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_standing.hpp"

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxText = 2000;

json or_null(const std::string& text) {
  return text.empty() ? json(nullptr) : json(printable(text, kMaxText));
}

}  // namespace

json view(const install::ModulePolicy& policy) {
  json held = json::array();
  for (const auto& [version, because] : policy.held)
    held.push_back({{"version", version}, {"because", printable(because, kMaxText)}});
  return {{"auto_update", std::string(install::name(policy.automatic))},
          {"channel", std::string(marketplace::name(policy.channel))},
          {"pin", policy.pin ? json(*policy.pin) : json(nullptr)},
          {"held", std::move(held)},
          {"updated_by", or_null(policy.updated_by)},
          {"updated_at", to_rfc3339(policy.updated_at)}};
}

json view(const marketplace::Advisory& advisory) {
  return {{"id", printable(advisory.id, 64)},
          {"module", or_null(advisory.module)},
          {"affected", printable(advisory.affected, 128)},
          {"fixed", or_null(advisory.fixed)},
          {"severity", advisory.severity},
          {"title", printable(advisory.title, kMaxText)},
          {"text", printable(advisory.text, 20000)},
          {"url", or_null(advisory.url)},
          {"published_at", to_rfc3339(advisory.published_at)}};
}

void add_standing(json& module, const updates::Standing& standing) {
  json advisories = json::array(), update = nullptr;
  for (const auto& one : standing.advisories) advisories.push_back(view(one));
  if (standing.update)
    update = {{"version", standing.update->version},
              {"needs_consent", standing.update->needs_consent},
              {"held_because", or_null(standing.update->held_because)}};
  module["policy"] = view(standing.policy);
  module["update"] = std::move(update);
  module["yanked"] = or_null(standing.yanked);
  module["advisories"] = std::move(advisories);
  module["dependents"] = standing.dependents;
  module["on_probation"] = standing.on_probation;
}

Task<Result<updates::Standing>> standing_of(const Call& call, std::string module) {
  auto all = co_await updates::Standings(call.services.database).all();
  if (!all) co_return all.error();
  const auto found = all->find(module);
  if (found == all->end()) co_return updates::Standing();
  co_return std::move(found->second);
}

}  // namespace rapt::api
