// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/marketplace/layout.hpp"

#include "layout_json.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxGrants = 256, kMaxArchitectures = 16, kMaxDependencies = 64, kMaxHooks = 16,
                      kMaxAdvisories = 10'000;
constexpr std::size_t kLine = 300, kText = 8000;

bool is_architecture(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

std::string valid_name(const Field& field) {
  auto text = field.text(kLine);
  if (!bundle::is_valid_name(text)) field.refuse("is no name: 2 to 63 lower-case letters, digits and hyphens");
  return text;
}

std::string valid_version(const Field& field) {
  auto text = field.text(kLine);
  if (!Version::parse(text)) field.refuse("is no semantic version");
  return text;
}

std::string valid_range(const Field& field) {
  auto text = field.text(kLine);
  if (!VersionRange::parse(text)) field.refuse("is no range of versions");
  return text;
}

TimePoint valid_time(const Field& field) {
  const auto time = parse_time(field.text(kLine));
  if (!time) field.refuse("is no time as RFC 3339 writes it");
  return *time;
}

/// Without "history" it is given the whole conversation, as in a manifest.
bundle::ManifestHook to_hook(const Field& field) {
  bundle::ManifestHook out;
  out.point = field.at("point").text(64);
  out.priority = static_cast<int>(field.at("priority").number());
  out.asynchronous = field.at("async").truth();
  out.fail_closed = field.at("fail_closed").truth();
  if (const auto history = field.find("history")) out.history = static_cast<int>(history->number());
  if (out.priority < 0 || out.history.value_or(0) < 0) field.refuse("has a number that no manifest can have");
  return out;
}

json hook_json(const bundle::ManifestHook& hook) {
  json out = {{"point", hook.point},
              {"priority", hook.priority},
              {"async", hook.asynchronous},
              {"fail_closed", hook.fail_closed}};
  if (hook.history) out["history"] = *hook.history;
  return out;
}

ModuleRelease to_release(const Field& custom) {
  const auto rapt = custom.at("rapt");
  ModuleRelease out;
  out.name = valid_name(rapt.at("name"));
  out.version = valid_version(rapt.at("version"));
  out.publisher = valid_name(rapt.at("publisher"));
  const auto channel = parse_channel(rapt.at("channel").text(kLine));
  if (!channel) rapt.at("channel").refuse("is neither \"stable\" nor \"beta\"");
  out.channel = *channel;
  const auto abi = rapt.at("abi");
  out.abi_major = abi.at("major").number();
  out.abi_minor = abi.at("minor").number();
  out.abi_built_minor = abi.at("built_minor").number();
  for (const auto& one : rapt.at("architectures").items(kMaxArchitectures)) {
    out.architectures.push_back(one.text(64));
    if (!is_architecture(out.architectures.back())) one.refuse("is no architecture");
  }
  for (const auto& [module, range] : rapt.at("dependencies").members(kMaxDependencies)) {
    if (!bundle::is_valid_name(module)) range.refuse("belongs to something that is no module's name");
    out.dependencies.emplace(module, valid_range(range));
  }
  for (const auto& one : rapt.at("grants").items(kMaxGrants)) out.grants.push_back(one.text(kLine));
  if (const auto hooks = rapt.find("hooks")) {
    out.hooks.emplace();
    for (const auto& one : hooks->items(kMaxHooks)) out.hooks->push_back(to_hook(one));
  }
  out.released_at = valid_time(rapt.at("released_at"));
  // A yank without a reason is still a yank, so the empty text must not pass for one.
  if (const auto yanked = rapt.find("yanked")) {
    out.yanked = yanked->text(kText);
    if (out.yanked.empty()) yanked->refuse("gives no reason");
  }
  return out;
}

Advisory to_advisory(const Field& field) {
  Advisory out;
  out.id = field.at("id").text(64);
  if (!out.id.starts_with("RA-")) field.at("id").refuse("is no advisory's id");
  if (!field.at("module").text(kLine).empty()) out.module = valid_name(field.at("module"));
  out.affected = valid_range(field.at("affected"));
  if (!field.at("fixed").text(kLine).empty()) out.fixed = valid_version(field.at("fixed"));
  out.severity = field.at("severity").text(kLine);
  if (out.severity != "low" && out.severity != "medium" && out.severity != "high" && out.severity != "critical")
    field.at("severity").refuse("is none of low, medium, high and critical");
  out.title = field.at("title").text(kLine);
  out.text = field.at("text").text(kText);
  out.url = field.at("url").text(2000);
  if (!out.url.empty() && !out.url.starts_with("https://") && !out.url.starts_with("http://"))
    field.at("url").refuse("is no address of a web page");
  out.published_at = valid_time(field.at("published_at"));
  return out;
}

std::string version_or_none(const Field& field) {
  return field.text(kLine).empty() ? std::string() : valid_version(field);
}

/// "NAME@sha256:64 hexadecimal digits": a tag may be moved to other bytes, a digest may not.
std::string image_or_none(const Field& field) {
  auto text = field.text(kLine);
  if (text.empty()) return text;
  constexpr std::string_view kMark = "@sha256:", kDigits = "0123456789abcdef";
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:";
  const auto at = text.find(kMark);
  const auto name = std::string_view(text).substr(0, at);
  const auto digest = at == std::string::npos ? "" : std::string_view(text).substr(at + kMark.size());
  if (name.empty() || name.find_first_not_of(kAllowed) != std::string_view::npos || digest.size() != 64 ||
      digest.find_first_not_of(kDigits) != std::string_view::npos)
    field.refuse("is no image by its digest, as NAME@sha256:…");
  return text;
}

PlatformRelease to_platform_release(const Field& custom) {
  const auto rapt = custom.at("rapt");
  PlatformRelease out;
  out.version = valid_version(rapt.at("version"));
  out.architecture = rapt.at("architecture").text(64);
  if (!is_architecture(out.architecture)) rapt.at("architecture").refuse("is no architecture");
  const auto channel = parse_channel(rapt.at("channel").text(kLine));
  if (!channel) rapt.at("channel").refuse("is neither \"stable\" nor \"beta\"");
  out.channel = *channel;
  out.min_from = version_or_none(rapt.at("min_from"));
  out.schema_from = version_or_none(rapt.at("schema_from"));
  out.image = image_or_none(rapt.at("image"));
  out.notes = rapt.at("notes").text(kText);
  out.released_at = valid_time(rapt.at("released_at"));
  // As with a yank: without a reason it is still withdrawn.
  if (const auto withdrawn = rapt.find("withdrawn")) {
    out.withdrawn = withdrawn->text(kText);
    if (out.withdrawn.empty()) withdrawn->refuse("gives no reason");
  }
  return out;
}

std::string dump(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string publisher_role(std::string_view publisher) {
  return "publisher-" + std::string(publisher);
}

std::string module_target(std::string_view publisher, std::string_view name, std::string_view version) {
  const std::string module(name);
  return "modules/" + std::string(publisher) + "/" + module + "/" + module + "-" + std::string(version) + ".rapt";
}

std::string release_target(std::string_view version, std::string_view architecture) {
  const std::string number(version);
  return "releases/" + number + "/raptscallions-" + number + "-" + std::string(architecture) + ".tar.gz";
}

std::string hashed_path(std::string_view target_path, std::string_view sha256) {
  const auto slash = target_path.rfind('/');
  const auto begin = slash == std::string_view::npos ? 0 : slash + 1;
  return std::string(target_path.substr(0, begin)) + std::string(sha256) + "." + std::string(target_path.substr(begin));
}

std::string_view name(Channel channel) {
  return channel == Channel::kStable ? "stable" : "beta";
}

std::optional<Channel> parse_channel(std::string_view text) {
  if (text == "stable") return Channel::kStable;
  if (text == "beta") return Channel::kBeta;
  return std::nullopt;
}

std::string encode_custom(const ModuleRelease& release) {
  json rapt = {
      {"name", release.name},
      {"version", release.version},
      {"publisher", release.publisher},
      {"channel", name(release.channel)},
      {"abi", {{"major", release.abi_major}, {"minor", release.abi_minor}, {"built_minor", release.abi_built_minor}}},
      {"architectures", release.architectures},
      {"dependencies", release.dependencies},
      {"grants", release.grants},
      {"released_at", to_rfc3339(release.released_at)}};
  if (release.hooks) {
    rapt["hooks"] = json::array();
    for (const auto& hook : *release.hooks) rapt["hooks"].push_back(hook_json(hook));
  }
  if (!release.yanked.empty()) rapt["yanked"] = release.yanked;
  return dump({{"rapt", std::move(rapt)}});
}

Result<ModuleRelease> parse_custom(std::string_view custom_json) {
  return read_fields("custom", custom_json, to_release);
}

std::string encode_release(const PlatformRelease& release) {
  json rapt = {{"version", release.version},
               {"architecture", release.architecture},
               {"channel", name(release.channel)},
               {"min_from", release.min_from},
               {"schema_from", release.schema_from},
               {"image", release.image},
               {"notes", release.notes},
               {"released_at", to_rfc3339(release.released_at)}};
  if (!release.withdrawn.empty()) rapt["withdrawn"] = release.withdrawn;
  return dump({{"rapt", std::move(rapt)}});
}

Result<PlatformRelease> parse_release(std::string_view custom_json) {
  return read_fields("custom", custom_json, to_platform_release);
}

bool is_reached(std::string_view instance, std::string_view version, std::int64_t percent) {
  if (percent >= 100 || instance.empty()) return percent >= 100;
  const auto digest = security::sha256(std::string(instance) + "\n" + std::string(version));
  const std::uint32_t number = (std::uint32_t{digest[0]} << 24) | (std::uint32_t{digest[1]} << 16) |
                               (std::uint32_t{digest[2]} << 8) | std::uint32_t{digest[3]};
  return number % 100 < percent;
}

std::string encode_advisories(const std::vector<Advisory>& advisories) {
  json list = json::array();
  for (const auto& one : advisories) {
    list.push_back({{"id", one.id},
                    {"module", one.module},
                    {"affected", one.affected},
                    {"fixed", one.fixed},
                    {"severity", one.severity},
                    {"title", one.title},
                    {"text", one.text},
                    {"url", one.url},
                    {"published_at", to_rfc3339(one.published_at)}});
  }
  return dump({{"advisories", std::move(list)}});
}

Result<std::vector<Advisory>> parse_advisories(std::string_view text) {
  return read_fields("advisories.json", text, [](const Field& document) {
    std::vector<Advisory> out;
    for (const auto& one : document.at("advisories").items(kMaxAdvisories)) out.push_back(to_advisory(one));
    return out;
  });
}

}  // namespace rapt::marketplace
