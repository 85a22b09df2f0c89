// SPDX-License-Identifier: AGPL-3.0-or-later
// release.json: strict in what it says, patient with what a later version adds.
#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "paths.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/release/archive.hpp"

namespace rapt::release {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 8;
constexpr std::uint64_t kMaxMigrations = 9999;

/// Why a field cannot be used.
struct Fault {
  std::string path, message;
};

/// Two equal keys would be read differently by different readers.
struct Guard {
  std::vector<std::set<std::string>> keys{};
  std::string fault{};

  bool see(int depth, json::parse_event_t event, const json& value) {
    if (depth > kMaxDepth) fault = "is nested too deeply";
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
      fault = "has the field " + printable(value.get<std::string>(), 60) + " twice";
    return fault.empty();
  }
};

const json& member(const json& object, const std::string& key, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end()) throw Fault{where + key, "is missing"};
  return *found;
}

std::string text(const json& object, const std::string& key, const std::string& where = "") {
  const auto& value = member(object, key, where);
  if (!value.is_string()) throw Fault{where + key, "is no text"};
  return value.get<std::string>();
}

std::uint64_t number(const json& object, const std::string& key, std::uint64_t most, const std::string& where = "") {
  const auto& value = member(object, key, where);
  if (!value.is_number_unsigned()) throw Fault{where + key, "is no whole number"};
  if (value.get<std::uint64_t>() > most) throw Fault{where + key, "is more than " + std::to_string(most)};
  return value.get<std::uint64_t>();
}

std::string version(const json& object, const std::string& key, bool may_be_empty) {
  auto out = text(object, key);
  if (!(may_be_empty && out.empty()) && !Version::parse(out)) throw Fault{key, "is no semantic version"};
  return out;
}

bool consists_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

File to_file(const json& value, const std::string& where) {
  if (!value.is_object()) throw Fault{where, "is no object"};
  const auto dot = where + ".";
  File out;
  out.path = text(value, "path", dot);
  if (const auto fault = path_fault(out.path); !fault.empty()) throw Fault{dot + "path", std::string(fault)};
  out.bytes = number(value, "bytes", kMaxUnpackedBytes, dot);
  out.sha256 = text(value, "sha256", dot);
  if (out.sha256.size() != 64 || !consists_of(out.sha256, "0123456789abcdef"))
    throw Fault{dot + "sha256", "is no SHA-256 in hexadecimal"};
  const auto& executable = member(value, "executable", dot);
  if (!executable.is_boolean()) throw Fault{dot + "executable", "is neither true nor false"};
  out.executable = executable.get<bool>();
  return out;
}

std::vector<File> to_files(const json& list) {
  if (!list.is_array()) throw Fault{"files", "is no list"};
  if (list.size() > kMaxFiles) throw Fault{"files", "has more than " + std::to_string(kMaxFiles) + " entries"};
  std::vector<File> out;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    out.push_back(to_file(list[i], "files[" + std::to_string(i) + "]"));
    bytes += out.back().bytes;
    if (bytes > kMaxUnpackedBytes) throw Fault{"files", "have more bytes than a release may have"};
  }
  if (const auto fault = order_fault(out); !fault.empty()) throw Fault{"files", fault};
  return out;
}

Manifest to_manifest(const json& document) {
  if (!document.is_object()) throw Fault{"", "is no object"};
  Manifest out;
  out.version = version(document, "version", false);
  out.architecture = text(document, "architecture");
  if (!is_architecture(out.architecture)) throw Fault{"architecture", "is no architecture, as x86_64-linux-gnu is one"};
  const auto built_at = parse_time(text(document, "built_at"));
  if (!built_at || built_at->time_since_epoch().count() < 0)
    throw Fault{"built_at", "is no time as RFC 3339 writes it"};
  out.built_at = *built_at;
  out.commit = text(document, "commit");
  if (out.commit.size() > 64 || !consists_of(out.commit, "0123456789abcdef"))
    throw Fault{"commit", "is no commit's name in hexadecimal"};
  out.min_from = version(document, "min_from", true);
  out.schema_from = version(document, "schema_from", true);
  out.core_migrations = static_cast<int>(number(document, "core_migrations", kMaxMigrations));
  out.files = to_files(member(document, "files", ""));
  return out;
}

Error fault_of(const Fault& fault) {
  const auto what = std::string(kManifestFile) + (fault.path.empty() ? "" : ": " + fault.path);
  auto error = Error::invalid(what, fault.message + ".");
  error.message = what + " " + fault.message + ".";
  return error;
}

}  // namespace

std::string encode(const Manifest& manifest) {
  json files = json::array();
  for (const auto& file : manifest.files)
    files.push_back(
        {{"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256}, {"executable", file.executable}});
  const json document{{"version", manifest.version},
                      {"architecture", manifest.architecture},
                      {"built_at", to_rfc3339(manifest.built_at)},
                      {"commit", manifest.commit},
                      {"min_from", manifest.min_from},
                      {"schema_from", manifest.schema_from},
                      {"core_migrations", manifest.core_migrations},
                      {"files", std::move(files)}};
  return document.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<Manifest> parse(std::string_view text) {
  if (text.size() > kMaxManifestBytes) return fault_of({"", "is larger than a release.json may be"});
  Guard guard;
  try {
    const auto document = json::parse(
        text, [&guard](int depth, json::parse_event_t event, json& value) { return guard.see(depth, event, value); });
    if (!guard.fault.empty()) return fault_of({"", guard.fault});
    return to_manifest(document);
  } catch (const json::exception& error) {
    return fault_of({"", guard.fault.empty() ? "is no JSON: " + printable(error.what()) : guard.fault});
  } catch (const Fault& fault) {
    return fault_of(fault);
  }
}

}  // namespace rapt::release
