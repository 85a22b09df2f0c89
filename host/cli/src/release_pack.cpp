// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt release pack and inspect.
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <ostream>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/security/sha256.hpp"
#include "release_commands.hpp"

namespace rapt::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::uint64_t unpacked_bytes(const release::Manifest& manifest) {
  return std::accumulate(manifest.files.begin(), manifest.files.end(), std::uint64_t{0},
                         [](std::uint64_t all, const release::File& file) { return all + file.bytes; });
}

std::string or_any(const std::string& version) {
  return version.empty() ? "any" : version;
}

json json_of(const SeenArchive& seen, bool with_files) {
  auto out = json::parse(release::encode(seen.manifest));
  if (!with_files) out.erase("files");
  out["archive"] = {{"file", seen.path}, {"sha256", seen.sha256}, {"bytes", seen.bytes}};
  return out;
}

void show(std::ostream& out, const SeenArchive& seen) {
  const auto& manifest = seen.manifest;
  out << "RaptScallions " << manifest.version << " for " << manifest.architecture << "\nbuilt        "
      << to_rfc3339(manifest.built_at) << (manifest.commit.empty() ? "" : " of " + manifest.commit) << "\nmay follow   "
      << or_any(manifest.min_from) << "\nschema for   " << or_any(manifest.schema_from) << "\nmigrations   "
      << manifest.core_migrations << "\nfiles        " << manifest.files.size() << ", "
      << mebibytes(unpacked_bytes(manifest)) << "\narchive      " << printable(seen.path, 500) << ", "
      << mebibytes(seen.bytes) << "\nSHA-256      " << seen.sha256 << "\n";
}

Result<release::Manifest> manifest_of(const Arguments& arguments) {
  release::Manifest out;
  out.version = arguments.value("version");
  out.architecture = arguments.value("architecture", bundle::native_architecture());
  out.min_from = arguments.value("min-from");
  out.schema_from = arguments.value("schema-from");
  out.commit = arguments.value("commit");
  out.built_at = SystemClock().now();
  if (!arguments.has("built-at")) return out;
  const auto time = parse_time(arguments.value("built-at"));
  if (!time) return Error::invalid("built-at", "It is no time as RFC 3339 writes it: 2026-01-12T12:34:56Z.");
  out.built_at = *time;
  return out;
}

}  // namespace

std::string mebibytes(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

Result<SeenArchive> see_archive(const std::string& path) {
  auto manifest = release::inspect(path);
  if (!manifest) return manifest.error();
  auto digest = security::digest_of_file(path);
  if (!digest) return digest.error();
  return SeenArchive{std::move(*manifest), path, std::move(digest->sha256), digest->bytes};
}

int run_release_pack(Console& console, const Arguments& arguments) {
  if (!arguments.has("version")) return usage_fault(console, "Say which version: --version 1.2.3.");
  auto manifest = manifest_of(arguments);
  if (!manifest) return report(console, manifest.error());
  const auto name = "raptscallions-" + manifest->version + "-" + manifest->architecture + ".tar.gz";
  const auto path = (fs::path(arguments.value("out", ".")) / name).string();
  const auto packed = release::pack(arguments.positional[0], std::move(*manifest), path);
  if (!packed) return report(console, packed.error());
  // Read once more: what was made is what everybody else will see.
  const auto seen = see_archive(path);
  if (!seen) return report(console, seen.error());
  if (console.json) {
    print_json(console.out, json_of(*seen, false));
  } else {
    show(console.out, *seen);
  }
  return kOk;
}

int run_release_inspect(Console& console, const Arguments& arguments) {
  const auto seen = see_archive(arguments.positional[0]);
  if (!seen) return report(console, seen.error());
  if (console.json) {
    print_json(console.out, json_of(*seen, true));
  } else {
    show(console.out, *seen);
  }
  return kOk;
}

}  // namespace rapt::cli
