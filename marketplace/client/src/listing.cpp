// SPDX-License-Identifier: AGPL-3.0-or-later
#include "listing.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/base/semver.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxText = 4096;

Error unreadable(const std::string& why) {
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
  return out;
}

ModuleListing to_listing(const json& object) {
  ModuleListing out{text_of(object, "name"),      text_of(object, "title"),   text_of(object, "description"),
                    text_of(object, "publisher"), text_of(object, "license"), {}};
  if (!bundle::is_valid_name(out.name) || !bundle::is_valid_name(out.publisher))
    throw std::invalid_argument("a name is malformed");
  for (const auto& version : object.at("versions")) out.versions.push_back(to_version(version));
  std::sort(out.versions.begin(), out.versions.end(), [](const auto& a, const auto& b) {
    return *Version::parse(a.version) > *Version::parse(b.version);
  });
  return out;
}

template <class Read>
auto read_data(std::string_view text, Read read) -> Result<decltype(read(json()))> {
  bool too_deep = false;
  try {
    const auto document = json::parse(text, [&](int depth, json::parse_event_t, json&) {
      too_deep = too_deep || depth > kMaxDepth;
      return !too_deep;
    });
    if (too_deep) return unreadable("it is nested too deeply");
    return read(document.at("data"));
  } catch (const std::exception& error) {
    return unreadable(printable(error.what()));
  }
}

}  // namespace

Result<std::vector<ModuleListing>> parse_listings(std::string_view text) {
  return read_data(text, [](const json& data) {
    std::vector<ModuleListing> out;
    for (const auto& module : data) out.push_back(to_listing(module));
    return out;
  });
}

Result<ModuleListing> parse_listing(std::string_view text) {
  return read_data(text, to_listing);
}

const ModuleVersion* latest_compatible(const ModuleListing& listing, const HostAbi& host) {
  const ModuleVersion* prerelease = nullptr;
  for (const auto& version : listing.versions) {
    const auto& made_for = version.architectures;
    if (version.abi_major != host.major || version.abi_minor > host.minor) continue;
    if (std::find(made_for.begin(), made_for.end(), host.architecture) == made_for.end()) continue;
    const auto parsed = Version::parse(version.version);
    if (parsed && !parsed->is_prerelease()) return &version;
    if (prerelease == nullptr) prerelease = &version;
  }
  return prerelease;
}

}  // namespace rapt::marketplace
