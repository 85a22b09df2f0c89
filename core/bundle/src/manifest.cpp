// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/bundle/manifest.hpp"

#include <algorithm>
#include <array>

#include "json_reader.hpp"
#include "manifest_parts.hpp"
#include "names.hpp"
#include "rapt/base/semver.hpp"

namespace rapt::bundle {
namespace {

constexpr std::size_t kMaxManifestBytes = std::size_t{64} << 10;

constexpr std::array<std::string_view, 2> kArchitectures = {"x86_64-linux-gnu", "aarch64-linux-gnu"};

void read_name(JsonReader& in, const char* key, std::string& out) {
  if (in.text(key, out, 63, Need::kRequired) && !is_name(out)) {
    in.fault(key, "Use 2 to 63 lower-case letters, digits and hyphens, beginning with a letter.");
  }
}

void read_version(JsonReader& in, std::string& out) {
  if (in.text("version", out, 64, Need::kRequired) && !Version::parse(out)) {
    in.fault("version", "Give a semantic version such as \"1.4.0\" or \"2.0.0-rc.1\".");
  }
}

void read_license(JsonReader& in, std::string& out) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || std::string_view(".+-() ").find(c) != std::string_view::npos;
  };
  if (in.text("license", out, 100, Need::kRequired) && (out.empty() || !std::all_of(out.begin(), out.end(), allowed))) {
    in.fault("license", "Give an SPDX expression such as \"Apache-2.0\".");
  }
}

void read_libraries(JsonReader& in, Manifest& out) {
  auto libraries = in.object("libraries");
  if (!libraries) return;
  for (const auto architecture : kArchitectures) {
    std::string path;
    if (!libraries->text(architecture, path, kMaxPathBytes, Need::kOptional)) continue;
    if (const auto fault = path_fault(path); !fault.empty())
      libraries->fault(architecture, "This is no path in a bundle: " + std::string(fault) + ".");
    out.libraries.emplace(architecture, std::move(path));
  }
  libraries->refuse_unknown();
  if (out.libraries.empty())
    in.fault("libraries", "Name at least one library; the architectures are: " + list_of(kArchitectures) + ".");
}

void read_path(JsonReader& in, const char* key, std::string& out) {
  if (!in.text(key, out, kMaxPathBytes, Need::kOptional)) return;
  if (const auto fault = path_fault(out); !fault.empty())
    in.fault(key, "This is no path in a bundle: " + std::string(fault) + ".");
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view json) {
  if (json.size() > kMaxManifestBytes) return refuse("manifest.json is larger than 64 KiB.");
  auto document = JsonDocument::parse(json, "manifest.json");
  if (!document) return std::move(document).error();
  JsonReader in = document->root();
  Manifest out;
  read_name(in, "name", out.name);
  read_version(in, out.version);
  in.text("title", out.title, 100, Need::kRequired);
  in.text("description", out.description, 2000, Need::kRequired);
  read_name(in, "publisher", out.publisher);
  read_license(in, out.license);
  read_abi(in, out);
  read_hooks(in, out);
  read_permissions(in, out);
  read_extractions(in, out);
  read_calls(in, out);
  read_dependencies(in, out);
  read_libraries(in, out);
  read_path(in, "config_schema", out.config_schema_path);
  read_path(in, "migrations", out.migrations_path);
  in.integer("memory_mb", out.memory_mb, 8, 1024);
  in.refuse_unknown();
  if (auto faults = document->faults()) return std::move(*faults);
  return out;
}

bool is_valid_name(std::string_view name) {
  return is_name(name);
}

std::string_view native_architecture() {
#if defined(__x86_64__)
  return kArchitectures[0];
#elif defined(__aarch64__)
  return kArchitectures[1];
#else
#error "RaptScallions runs on x86_64 and aarch64"
#endif
}

}  // namespace rapt::bundle
