// SPDX-License-Identifier: AGPL-3.0-or-later
// What the registry offers, for administrators of the system.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "marketplace_handlers.hpp"
#include "parameters.hpp"
#include "rapt/api/query.hpp"
#include "rapt/bundle/consent.hpp"
#include "registry_desk.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using marketplace::ModuleListing;
using marketplace::ModuleVersion;
using nlohmann::json;

json null_if_empty(const std::string& text) {
  return text.empty() ? json(nullptr) : json(text);
}

/// Why this host cannot run it; "" when it can.
std::string why_not(const ModuleVersion& version) {
  if (version.abi_major != install::kAbiMajor || version.abi_minor > install::kAbiMinor)
    return "It needs ABI " + std::to_string(version.abi_major) + "." + std::to_string(version.abi_minor) +
           ", and this host offers " + std::to_string(install::kAbiMajor) + "." + std::to_string(install::kAbiMinor) +
           ".";
  const auto& made_for = version.architectures;
  if (std::find(made_for.begin(), made_for.end(), bundle::native_architecture()) == made_for.end())
    return "It was not built for " + std::string(bundle::native_architecture()) + ".";
  return {};
}

json summary(const ModuleListing& one, const std::map<std::string, std::string>& installed) {
  const auto here = installed.find(one.name);
  const bool compatible = one.versions.empty() || std::any_of(one.versions.begin(), one.versions.end(),
                                                              [](const auto& v) { return why_not(v).empty(); });
  return {{"name", one.name},
          {"title", one.title},
          {"description", one.description},
          {"publisher", one.publisher},
          {"publisher_title", one.publisher_title},
          {"category", one.category},
          {"license", one.license},
          {"latest", {{"stable", null_if_empty(one.latest_stable)}, {"beta", null_if_empty(one.latest_beta)}}},
          {"hooks", one.hooks},
          {"permissions", one.permissions},
          {"downloads", one.downloads},
          {"rating", {{"average", one.ratings == 0 ? json(nullptr) : json(one.rating)}, {"count", one.ratings}}},
          {"updated_at", null_if_empty(one.updated_at)},
          {"advisories", one.advisories},
          {"installed", here == installed.end() ? json(nullptr) : json(here->second)},
          {"compatible", compatible}};
}

json view(const marketplace::ListedPermission& one) {
  bundle::Consent gives;
  if (const auto told = bundle::consents_of(one.grants); !told.empty()) gives = told.front();
  return {{"name", one.name}, {"reason", one.reason}, {"grants", one.grants}, {"text", gives.gives}};
}

json view(const ModuleVersion& one, const std::set<std::string>& vouched) {
  json permissions = json::array();
  for (const auto& asked : one.permissions) permissions.push_back(view(asked));
  return {{"version", one.version},
          {"channel", one.beta ? "beta" : "stable"},
          {"state", "published"},
          {"sha256", one.sha256},
          {"bytes", one.bytes},
          {"key_id", one.key_id},
          {"abi", {{"major", one.abi_major}, {"minor", one.abi_minor}}},
          {"architectures", one.architectures},
          {"hooks", one.hooks},
          {"permissions", std::move(permissions)},
          {"dependencies", json(one.dependencies)},
          {"published_at", null_if_empty(one.published_at)},
          {"yanked", one.yanked ? json{{"because", one.yanked_because}} : json(nullptr)},
          {"downloads", one.downloads},
          {"advisories", one.advisories},
          {"compatible", why_not(one).empty()},
          {"why_not", null_if_empty(why_not(one))},
          {"vouched", vouched.contains(one.version + " " + one.sha256)}};
}

json details(const ModuleListing& one, const std::map<std::string, std::string>& installed,
             const std::set<std::string>& vouched) {
  json out = summary(one, installed);
  json versions = json::array(), screenshots = json::array();
  for (const auto& version : one.versions) versions.push_back(view(version, vouched));
  for (const auto& shot : one.screenshots) screenshots.push_back({{"url", shot.url}, {"caption", shot.caption}});
  out["versions"] = std::move(versions);
  out["screenshots"] = std::move(screenshots);
  out["more_versions"] = one.more_versions;
  out["change_log"] = one.change_log;
  out["created_at"] = null_if_empty(one.created_at);
  return out;
}

Task<Result<std::map<std::string, std::string>>> installed_versions(Call& call) {
  const auto records = co_await call.services.installer.list();
  if (!records) co_return records.error();
  std::map<std::string, std::string> out;
  for (const auto& one : *records) out[one.name] = one.version;
  co_return out;
}

Result<marketplace::ModuleSearch> search_of(const Call& call) {
  marketplace::ModuleSearch out;
  const std::pair<const char*, std::string*> texts[] = {{"q", &out.words},
                                                        {"category", &out.category},
                                                        {"hook", &out.hook},
                                                        {"permission", &out.permission},
                                                        {"sort", &out.sort}};
  for (const auto& [name, place] : texts) {
    auto text = query_text(call.request, name, 200);
    if (!text) return text.error();
    *place = std::move(*text);
  }
  const auto page = page_of(call);
  if (!page) return page.error();
  out.limit = page->limit;
  out.cursor = page->cursor;
  return out;
}

}  // namespace

Task<Result<Answer>> get_marketplace(Call& call) {
  const auto state = co_await call.services.registry.state();
  const json out = {{"url", null_if_empty(state.url)},
                    {"root_version", state.root_version ? json(*state.root_version) : json(nullptr)},
                    {"expires_at", time_or_null(state.expires_at)},
                    {"refreshed_at", time_or_null(state.refreshed_at)},
                    {"fault", null_if_empty(state.fault)},
                    {"advisories", state.advisories}};
  co_return data_reply(out);
}

Task<Result<Answer>> get_marketplace_modules(Call& call) {
  auto query = search_of(call);
  if (!query) co_return query.error();
  const auto page = co_await call.services.registry.search(std::move(*query));
  if (!page) co_return page.error();
  const auto installed = co_await installed_versions(call);
  if (!installed) co_return installed.error();
  json items = json::array();
  for (const auto& one : page->modules) items.push_back(summary(one, *installed));
  const auto next = page->next_cursor.empty() ? std::nullopt : std::optional(page->next_cursor);
  co_return list_reply(std::move(items), next);
}

Task<Result<Answer>> get_marketplace_module(Call& call) {
  const auto name = call.request.path_parameters.at("name");
  const auto listing = co_await call.services.registry.find(name);
  if (!listing) co_return listing.error();
  const auto installed = co_await installed_versions(call);
  if (!installed) co_return installed.error();
  const auto vouched = co_await call.services.registry.vouched(listing->publisher, listing->name);
  co_return data_reply(details(*listing, *installed, vouched));
}

}  // namespace rapt::api
