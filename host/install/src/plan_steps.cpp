// SPDX-License-Identifier: AGPL-3.0-or-later
// What a plan says of each bundle, read from the bundle itself.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "plan_work.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/consent.hpp"

namespace rapt::install {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestLog = 8000;

bool contains(const std::vector<std::string>& list, const std::string& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

/// Settings that an admin has to make before it works. A schema that this cannot read asks for none.
bool needs_settings(const bundle::Bundle& bundle) {
  const auto file = bundle.files.find(bundle.manifest.config_schema_path);
  if (file == bundle.files.end()) return false;
  const auto schema = json::parse(file->second.bytes, nullptr, false);
  return schema.is_object() && schema.contains("required") && schema["required"].is_array() &&
         !schema["required"].empty();
}

std::string kind_of(const std::optional<std::string>& from, const std::string& to) {
  if (!from) return "install";
  const auto before = Version::parse(*from), after = Version::parse(to);
  return before && after && *after < *before ? "downgrade" : "upgrade";
}

void describe_permissions(PlannedStep& step, const bundle::Manifest& manifest,
                          const std::vector<std::string>& granted) {
  std::vector<std::string> all;
  for (const auto& asked : manifest.permissions) {
    PlannedPermission one{asked, bundle::consent_to(asked).gives, bundle::grants_of(asked)};
    one.is_new = !std::all_of(one.grants.begin(), one.grants.end(),
                              [&](const std::string& grant) { return contains(granted, grant); });
    all.insert(all.end(), one.grants.begin(), one.grants.end());
    step.permissions.push_back(std::move(one));
  }
  for (const auto& grant : granted)
    if (!contains(all, grant)) step.removed_permissions.push_back(grant);
}

/// Keys that this installation does not believe yet, of a publisher for whom the metadata speaks.
void describe_publisher(PlannedStep& step, const bundle::Bundle& bundle, const PlanState& state, const Fetched& fetched,
                        const std::string& url) {
  step.publisher = bundle.manifest.publisher;
  step.key_id = bundle.publisher_key_id;
  step.is_signed = !bundle.signature.empty();
  step.vouched = fetched.vouched;
  const auto* known = state.trust.keys_of(step.publisher);
  const auto believed = [&](const std::string& id) {
    return known != nullptr &&
           std::any_of(known->begin(), known->end(), [&](const auto& key) { return key.key_id() == id; });
  };
  step.known_publisher = step.is_signed && believed(step.key_id);
  for (const auto& key : fetched.keys)
    if (!believed(key.key_id())) step.trust.push_back({step.publisher, key, url, ""});
}

/// "## 1.2.0", "## [1.2.0] - 2026-01-01", "# v1.2.0": the version as a word of its own.
bool is_heading_of(const std::string& line, const std::string& version) {
  constexpr std::string_view kPartsOfVersions = "0123456789.-+abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const auto at = line.find(version);
  if (!line.starts_with('#') || at == std::string::npos) return false;
  const auto after = at + version.size();
  const bool ends = after == line.size() || kPartsOfVersions.find(line[after]) == std::string_view::npos;
  return ends && kPartsOfVersions.find(line[at - 1]) >= kPartsOfVersions.find('a');
}

}  // namespace

std::string changes_since(const std::string& change_log, const std::optional<std::string>& from) {
  std::string out;
  for (std::size_t begin = 0; begin < change_log.size();) {
    const auto end = std::min(change_log.find('\n', begin), change_log.size());
    const auto line = change_log.substr(begin, end - begin);
    begin = end + 1;
    if (from && is_heading_of(line, *from)) break;
    if (out.size() + line.size() > kLongestLog) return out + "…\n";
    out += line + "\n";
  }
  return out;
}

Result<PlannedStep> describe(const MarketplaceInstaller::Parts& parts, const PlanState& state,
                             const marketplace::Change& change, const Fetched& fetched) {
  const auto archive = read_cached(parts.var_dir, fetched.sha256);
  if (!archive) return archive.error();
  const auto bundle = bundle::read_bundle(*archive);
  if (!bundle) return bundle.error();
  const auto& manifest = bundle->manifest;
  if (manifest.name != change.module || manifest.version != change.to.text || manifest.publisher != change.to.publisher)
    return Error::forbidden("What the registry offers as " + change.module + " " + change.to.text + " is " +
                            manifest.name + " " + manifest.version + " by " + manifest.publisher +
                            ": it is not installed. Tell its publisher.");
  PlannedStep step;
  step.name = manifest.name;
  step.title = manifest.title;
  step.from = change.from;
  step.to = manifest.version;
  step.kind = kind_of(change.from, manifest.version);
  describe_publisher(step, *bundle, state, fetched, parts.url);
  step.bytes = fetched.bytes;
  step.sha256 = fetched.sha256;
  step.because = change.because;
  const auto papers = bundle::papers_of(*bundle);
  if (!papers.change_log.empty()) step.change_log = changes_since(bundle->files.at(papers.change_log).bytes, step.from);
  const auto here = state.installed.find(step.name);
  describe_permissions(step, manifest,
                       here == state.installed.end() ? std::vector<std::string>{} : here->second.permissions);
  const auto before = state.manifests.find(step.name);
  const auto* declared = before == state.manifests.end() ? nullptr : &before->second;
  step.hooks = planned_hooks(manifest, declared);
  step.removed_hooks = removed_hooks(manifest, declared);
  step.migrations = bundle::migrations_of(*bundle).size();
  step.config_required = needs_settings(*bundle);
  return step;
}

std::string plan_id(const Plan& plan) {
  json all = json::array();
  for (const auto& step : plan.steps) {
    json permissions = json::array(), hooks = json::array(), keys = json::array();
    for (const auto& one : step.permissions) permissions.push_back({one.grants, one.asked.reason, one.is_new});
    for (const auto& one : step.hooks) hooks.push_back({one.point, one.text, one.change, one.is_new});
    for (const auto& one : step.trust) keys.push_back(one.key.to_text());
    all.push_back({step.name, step.from.value_or(""), step.to, step.sha256, step.publisher, step.key_id, step.vouched,
                   std::move(permissions), std::move(hooks), std::move(keys)});
  }
  const json document = {std::move(all), plan.warnings};
  return security::hex(security::sha256(document.dump(-1, ' ', true, json::error_handler_t::replace)));
}

void warn_of(const PlannedStep& step, const std::vector<marketplace::Advisory>& advisories,
             std::vector<std::string>& warnings) {
  const auto name = step.name + " " + step.to;
  const auto version = Version::parse(step.to);
  if (!step.is_signed) warnings.push_back(name + " is not signed: nobody answers for it.");
  if (step.is_signed && !step.vouched)
    warnings.push_back("No registry vouches for " + name + "; only its signature does.");
  if (version && version->is_prerelease()) warnings.push_back(name + " is a pre-release.");
  if (step.kind == "downgrade")
    warnings.push_back(name + " is older than " + step.from.value_or("") + ", which is installed.");
  for (const auto& one : advisories) {
    const auto affected = VersionRange::parse(one.affected);
    if (one.module != step.name || !version || !affected || !affected->contains(*version)) continue;
    warnings.push_back(one.id + " (" + one.severity + ") is about " + name + ": " + printable(one.title, 300) +
                       (one.fixed.empty() ? "" : " Mended in " + one.fixed + "."));
  }
}

}  // namespace rapt::install
