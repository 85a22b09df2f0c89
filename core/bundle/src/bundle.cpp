// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/bundle/bundle.hpp"

#include "archive.hpp"
#include "migrations.hpp"
#include "names.hpp"
#include "signature.hpp"

namespace rapt::bundle {
namespace {

Result<void> require_file(const Bundle& bundle, const std::string& path, std::string_view what) {
  if (bundle.files.contains(path)) return {};
  return refuse("The manifest names " + path + " as " + std::string(what) + ", but the bundle has no such file.");
}

Result<void> take_signature(Bundle& bundle) {
  const auto found = bundle.files.find(std::string(kSignaturePath));
  if (found == bundle.files.end()) return {};
  auto signature = parse_signature(found->second.bytes);
  if (!signature) return std::move(signature).error();
  if (signature->publisher != bundle.manifest.publisher) {
    return refuse("The bundle is signed by " + signature->publisher + ", but its manifest names " +
                  bundle.manifest.publisher + " as the publisher.");
  }
  bundle.publisher_key_id = std::move(signature->key_id);
  bundle.signature = std::move(signature->signature);
  bundle.files.erase(found);
  return {};
}

}  // namespace

const File* Bundle::library() const {
  const auto path = manifest.libraries.find(std::string(native_architecture()));
  if (path == manifest.libraries.end()) return nullptr;
  const auto file = files.find(path->second);
  return file == files.end() ? nullptr : &file->second;
}

Result<Bundle> read_bundle(std::string_view archive) {
  Bundle out;
  auto files = read_archive(archive);
  if (!files) return std::move(files).error();
  out.files = std::move(*files);
  const auto manifest = out.files.find(std::string(kManifestPath));
  if (manifest == out.files.end()) return refuse("The bundle has no manifest.json.");
  auto parsed = parse_manifest(manifest->second.bytes);
  if (!parsed) return std::move(parsed).error();
  out.manifest = std::move(*parsed);
  RAPT_TRY(take_signature(out));
  for (const auto& [architecture, path] : out.manifest.libraries) RAPT_TRY(require_file(out, path, "its library"));
  if (!out.manifest.config_schema_path.empty())
    RAPT_TRY(require_file(out, out.manifest.config_schema_path, "its config_schema"));
  for (auto& declared : out.manifest.extractions) {
    if (declared.schema_path.empty()) continue;
    RAPT_TRY(require_file(out, declared.schema_path, "the schema of \"" + declared.type + "\""));
    declared.schema_json = out.files.at(declared.schema_path).bytes;
  }
  RAPT_TRY(check_migrations(out));
  out.digest = security::sha256(archive);
  return out;
}

}  // namespace rapt::bundle
