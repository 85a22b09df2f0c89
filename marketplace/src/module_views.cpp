// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_views.hpp"

#include <nlohmann/json.hpp>

#include "rapt/bundle/consent.hpp"
#include "rapt/bundle/manifest.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

json or_null(const std::optional<std::string>& text) {
  return text ? json(*text) : json(nullptr);
}

std::vector<std::string> texts(const json& of, const char* name) {
  std::vector<std::string> out;
  const auto found = of.find(name);
  if (found == of.end() || !found->is_array()) return out;
  for (const auto& one : *found) {
    if (one.is_string()) out.push_back(one.get<std::string>());
  }
  return out;
}

/// What a manifest asks for, what that gives in plain words, and the grants that come of it.
json permissions_of(const json& manifest) {
  json out = json::array();
  const auto asked = manifest.value("permissions", json::array());
  for (const auto& one : asked) {
    if (!one.is_object()) continue;
    bundle::ManifestPermission permission;
    permission.name = one.value("name", "");
    permission.reason = one.value("reason", "");
    permission.hosts = texts(one, "hosts");
    permission.paths = texts(one, "paths");
    permission.write = one.value("write", false);
    out.push_back({{"name", permission.name},
                   {"reason", permission.reason},
                   {"text", bundle::consent_to(permission).gives},
                   {"grants", bundle::grants_of(permission)}});
  }
  return out;
}

json advisories_of(const std::string& version, const std::vector<AdvisoryRange>& advisories) {
  json out = json::array();
  const auto parsed = Version::parse(version);
  for (const auto& one : advisories) {
    const auto range = VersionRange::parse(one.affected);
    if (parsed && range && range->contains(*parsed)) out.push_back(one.id);
  }
  return out;
}

}  // namespace

json json_of(const std::string& text, const char* otherwise) {
  auto parsed = json::parse(text, nullptr, false);
  return parsed.is_discarded() ? json::parse(otherwise) : parsed;
}

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json module_summary(const store::Row& row) {
  const auto count = row.integer("rating_count");
  const json average =
      count == 0 ? json(nullptr) : json(static_cast<double>(row.integer("rating_sum")) / static_cast<double>(count));
  return {
      {"name", row.text("name")},
      {"title", row.text("title")},
      {"description", row.text("description")},
      {"publisher", row.text("publisher")},
      {"publisher_title", row.text("publisher_title")},
      {"category", row.text("category")},
      {"license", row.text("license")},
      {"latest",
       {{"stable", or_null(row.optional_text("latest_stable"))}, {"beta", or_null(row.optional_text("latest_beta"))}}},
      {"hooks", json_of(row.text("hooks"), "[]")},
      {"permissions", json_of(row.text("permissions"), "[]")},
      {"downloads", row.integer("downloads")},
      {"rating", {{"average", average}, {"count", count}}},
      {"updated_at", to_rfc3339(row.time("updated_at"))},
      {"advisories", row.integer("advisories")}};
}

json version_summary(const store::Row& row, const std::vector<AdvisoryRange>& advisories) {
  json yanked = nullptr;
  if (const auto at = row.optional_time("yanked_at"))
    yanked = {{"because", row.text("yanked_because")}, {"at", to_rfc3339(*at)}};
  const auto version = row.text("version");
  return {{"version", version},
          {"channel", row.text("channel")},
          {"state", "published"},
          {"sha256", row.text("sha256")},
          {"bytes", row.integer("bytes")},
          {"target_path", row.text("target_path")},
          {"key_id", row.text("key_id")},
          {"abi", {{"major", row.integer("abi_major")}, {"minor", row.integer("abi_minor")}}},
          {"architectures", json_of(row.text("architectures"), "[]")},
          {"hooks", json_of(row.text("hooks"), "[]")},
          {"permissions", permissions_of(json_of(row.text("manifest"), "{}"))},
          {"dependencies", json_of(row.text("dependencies"), "{}")},
          {"published_at", to_rfc3339(row.time("published_at"))},
          {"yanked", std::move(yanked)},
          {"downloads", row.integer("downloads")},
          {"advisories", advisories_of(version, advisories)}};
}

}  // namespace rapt::marketplace
