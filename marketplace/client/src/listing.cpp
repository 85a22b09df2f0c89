// SPDX-License-Identifier: AGPL-3.0-or-later
#include "listing.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr int kMaxListingDepth = 16;
constexpr std::size_t kMaxText = 4096, kMaxLog = 256 * 1024;
constexpr std::size_t kMaxItems = 10'000;

Error unreadable_listing(const std::string& why) {
  Error error;
  error.kind = ErrorKind::kUpstream;
  error.message = "The registry answered something that this version cannot read: " + why + ". Check MARKETPLACE_URL.";
  error.part = "registry";
  return error;
}

std::string text_of(const json& object, const char* key) {
  const auto& value = object.at(key).get_ref<const std::string&>();
  if (value.size() > kMaxText) throw std::length_error(std::string(key) + " is too long");
  return value;
}

bool is_digest(const std::string& text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// A text that may be missing or null; "" then.
std::string text_if(const json& object, const char* key, std::size_t most = kMaxText) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  const auto& value = found->get_ref<const std::string&>();
  if (value.size() > most) throw std::length_error(std::string(key) + " is too long");
  return value;
}

std::uint64_t number_if(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? 0 : found->get<std::uint64_t>();
}

/// The members of a list that may be missing.
const json& list_if(const json& object, const char* key) {
  static const json none = json::array();
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return none;
  if (!found->is_array() || found->size() > kMaxItems) throw std::length_error(std::string(key) + " is no short list");
  return *found;
}

std::vector<std::string> texts_if(const json& object, const char* key) {
  std::vector<std::string> out;
  for (const auto& one : list_if(object, key)) {
    out.push_back(one.get<std::string>());
    if (out.back().size() > kMaxText) throw std::length_error(std::string(key) + " has a long text");
  }
  return out;
}

void read_word_on(const json& object, ModuleVersion& out) {
  out.beta = text_if(object, "channel") == "beta";
  out.key_id = text_if(object, "key_id");
  out.published_at = text_if(object, "published_at");
  out.hooks = texts_if(object, "hooks");
  out.advisories = texts_if(object, "advisories");
  out.downloads = number_if(object, "downloads");
  for (const auto& one : list_if(object, "permissions"))
    out.permissions.push_back({text_of(one, "name"), text_if(one, "reason"), texts_if(one, "grants")});
  if (const auto needs = object.find("dependencies"); needs != object.end() && !needs->is_null()) {
    for (const auto& [module, range] : needs->items()) {
      if (!bundle::is_valid_name(module) || !VersionRange::parse(range.get<std::string>()))
        throw std::invalid_argument("a dependency is malformed");
      out.dependencies.emplace(module, range.get<std::string>());
    }
  }
  if (const auto yanked = object.find("yanked"); yanked != object.end() && !yanked->is_null()) {
    out.yanked = true;
    out.yanked_because = text_if(*yanked, "because");
  }
}

ModuleVersion to_version(const json& object) {
  ModuleVersion out;
  out.version = text_of(object, "version");
  out.sha256 = text_of(object, "sha256");
  out.bytes = object.at("bytes").get<std::uint64_t>();
  out.abi_major = object.at("abi").at("major").get<std::uint32_t>();
  out.abi_minor = object.at("abi").at("minor").get<std::uint32_t>();
  out.architectures = object.at("architectures").get<std::vector<std::string>>();
  if (!Version::parse(out.version)) throw std::invalid_argument("a version is no semantic version");
  if (!is_digest(out.sha256)) throw std::invalid_argument("a digest is no SHA-256");
  read_word_on(object, out);
  return out;
}

void read_more(const json& object, ModuleListing& out) {
  out.publisher_title = text_if(object, "publisher_title");
  out.category = text_if(object, "category");
  out.updated_at = text_if(object, "updated_at");
  out.created_at = text_if(object, "created_at");
  out.change_log = text_if(object, "change_log", kMaxLog);
  out.hooks = texts_if(object, "hooks");
  out.permissions = texts_if(object, "permissions");
  out.downloads = number_if(object, "downloads");
  out.advisories = number_if(object, "advisories");
  out.more_versions = object.value("more_versions", false);
  if (const auto latest = object.find("latest"); latest != object.end() && latest->is_object()) {
    out.latest_stable = text_if(*latest, "stable");
    out.latest_beta = text_if(*latest, "beta");
  }
  if (const auto rating = object.find("rating"); rating != object.end() && rating->is_object()) {
    out.ratings = number_if(*rating, "count");
    if (rating->contains("average") && rating->at("average").is_number())
      out.rating = rating->at("average").get<double>();
  }
  for (const auto& one : list_if(object, "screenshots"))
    out.screenshots.push_back({text_of(one, "url"), text_if(one, "caption")});
}

ModuleListing to_listing(const json& object) {
  ModuleListing out;
  out.name = text_of(object, "name");
  out.title = text_of(object, "title");
  out.description = text_of(object, "description");
  out.publisher = text_of(object, "publisher");
  out.license = text_if(object, "license");
  if (!bundle::is_valid_name(out.name) || !bundle::is_valid_name(out.publisher))
    throw std::invalid_argument("a name is malformed");
  for (const auto& version : list_if(object, "versions")) out.versions.push_back(to_version(version));
  read_more(object, out);
  std::sort(out.versions.begin(), out.versions.end(),
            [](const auto& a, const auto& b) { return *Version::parse(a.version) > *Version::parse(b.version); });
  return out;
}

std::vector<ModuleListing> to_listings(const json& data) {
  std::vector<ModuleListing> out;
  for (const auto& module : data) out.push_back(to_listing(module));
  return out;
}

template <class Read>
auto read_document(std::string_view text, Read read) -> Result<decltype(read(json()))> {
  bool too_deep = false;
  try {
    const auto document = json::parse(text, [&](int depth, json::parse_event_t, json&) {
      too_deep = too_deep || depth > kMaxListingDepth;
      return !too_deep;
    });
    if (too_deep) return unreadable_listing("it is nested too deeply");
    return read(document);
  } catch (const std::exception& error) {
    return unreadable_listing(printable(error.what()));
  }
}

}  // namespace

Result<std::vector<ModuleListing>> parse_listings(std::string_view text) {
  return read_document(text, [](const json& document) { return to_listings(document.at("data")); });
}

Result<ModulePage> parse_page(std::string_view text) {
  return read_document(text, [](const json& document) {
    ModulePage out{to_listings(document.at("data")), {}};
    if (const auto meta = document.find("meta"); meta != document.end())
      out.next_cursor = text_if(*meta, "next_cursor");
    return out;
  });
}

Result<ModuleListing> parse_listing(std::string_view text) {
  return read_document(text, [](const json& document) { return to_listing(document.at("data")); });
}

const ModuleVersion* latest_compatible(const ModuleListing& listing, const HostAbi& host) {
  const ModuleVersion* prerelease = nullptr;
  for (const auto& version : listing.versions) {
    const auto& made_for = version.architectures;
    if (version.abi_major != host.major || version.abi_minor > host.minor) continue;
    if (std::find(made_for.begin(), made_for.end(), host.architecture) == made_for.end()) continue;
    const auto parsed = Version::parse(version.version);
    if (version.yanked) continue;
    if (parsed && !parsed->is_prerelease() && !version.beta) return &version;
    if (prerelease == nullptr) prerelease = &version;
  }
  return prerelease;
}

}  // namespace rapt::marketplace
