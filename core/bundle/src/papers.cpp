// SPDX-License-Identifier: AGPL-3.0-or-later
// What a bundle holds for people: licence, change log, bill of materials.
#include <array>

#include <nlohmann/json.hpp>

#include "json_reader.hpp"
#include "names.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/bundle.hpp"

namespace rapt::bundle {
namespace {

constexpr std::array<std::string_view, 4> kLicenses = {"LICENSE", "LICENSE.txt", "LICENSE.md", "COPYING"};
constexpr std::array<std::string_view, 1> kChangeLogs = {"CHANGELOG.md"};
constexpr std::array<std::string_view, 2> kSboms = {"sbom.spdx.json", "sbom.cdx.json"};
constexpr std::size_t kMaxPaperBytes = 4u << 20;

std::string first_of(const Bundle& bundle, std::span<const std::string_view> paths) {
  for (const auto path : paths) {
    if (bundle.files.contains(std::string(path))) return std::string(path);
  }
  return "";
}

Result<void> check_prose(const Bundle& bundle, const std::string& path) {
  const auto& bytes = bundle.files.at(path).bytes;
  if (bytes.find_first_not_of(" \t\r\n") == std::string::npos) return refuse("The file " + path + " is empty.");
  if (bytes.size() > kMaxPaperBytes) return refuse("The file " + path + " is larger than 4 MiB.");
  if (!is_utf8(bytes) || bytes.find('\0') != std::string::npos) return refuse("The file " + path + " is no text.");
  return {};
}

bool says(const nlohmann::json& object, const char* key, std::string_view wanted) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() && found->get_ref<const std::string&>() == wanted;
}

/// SPDX 2.3: one of its packages is the module.
std::string spdx_fault(const nlohmann::json& sbom, const Manifest& manifest) {
  if (!says(sbom, "spdxVersion", "SPDX-2.3")) return "its spdxVersion is not SPDX-2.3";
  if (!says(sbom, "SPDXID", "SPDXRef-DOCUMENT")) return "its SPDXID is not SPDXRef-DOCUMENT";
  const auto packages = sbom.find("packages");
  if (packages == sbom.end() || !packages->is_array()) return "it lists no packages";
  for (const auto& package : *packages) {
    if (package.is_object() && says(package, "name", manifest.name) && says(package, "versionInfo", manifest.version))
      return "";
  }
  return "none of its packages is " + manifest.name + " " + manifest.version;
}

/// CycloneDX: its subject is the module.
std::string cyclone_fault(const nlohmann::json& sbom, const Manifest& manifest) {
  if (!says(sbom, "bomFormat", "CycloneDX")) return "its bomFormat is not CycloneDX";
  const auto version = sbom.find("specVersion");
  if (version == sbom.end() || !version->is_string()) return "it has no specVersion";
  const auto subject = sbom.value("/metadata/component"_json_pointer, nlohmann::json());
  if (!subject.is_object() || !says(subject, "name", manifest.name) || !says(subject, "version", manifest.version))
    return "its metadata.component is not " + manifest.name + " " + manifest.version;
  return "";
}

Result<void> check_sbom(const Bundle& bundle, const std::string& path) {
  const auto& bytes = bundle.files.at(path).bytes;
  if (bytes.size() > kMaxPaperBytes) return refuse("The file " + path + " is larger than 4 MiB.");
  // The reader's rules (depth, no key twice) first; what it refuses, nothing else parses.
  if (auto document = JsonDocument::parse(bytes, path); !document) return std::move(document).error();
  const auto sbom = nlohmann::json::parse(bytes);
  const auto fault = path == kSboms[0] ? spdx_fault(sbom, bundle.manifest) : cyclone_fault(sbom, bundle.manifest);
  if (!fault.empty()) return refuse("The bill of materials " + path + " is refused: " + fault + ".");
  return {};
}

}  // namespace

Papers papers_of(const Bundle& bundle) {
  return {first_of(bundle, kLicenses), first_of(bundle, kChangeLogs), first_of(bundle, kSboms)};
}

Result<void> check_papers(const Bundle& bundle) {
  const auto papers = papers_of(bundle);
  if (papers.license.empty())
    return refuse("There is no LICENSE: put the text of the module's licence beside the manifest.");
  if (papers.change_log.empty()) return refuse("There is no CHANGELOG.md: say what is new in each version.");
  if (papers.sbom.empty()) {
    return refuse(
        "There is no bill of materials: put sbom.spdx.json (SPDX 2.3; rapt_add_module writes it) or "
        "sbom.cdx.json (CycloneDX) beside the manifest.");
  }
  RAPT_TRY(check_prose(bundle, papers.license));
  RAPT_TRY(check_prose(bundle, papers.change_log));
  return check_sbom(bundle, papers.sbom);
}

}  // namespace rapt::bundle
