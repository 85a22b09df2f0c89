// SPDX-License-Identifier: AGPL-3.0-or-later
#include <system_error>

#include "archive.hpp"
#include "names.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/bundle/library.hpp"
#include "signature.hpp"

namespace rapt::bundle {
namespace {

namespace fs = std::filesystem;

Result<void> stage_entry(const fs::path& stage, const fs::directory_entry& entry, std::size_t& room,
                         std::map<std::string, File>& out) {
  const auto path = entry.path().lexically_relative(stage).generic_string();
  const auto status = entry.symlink_status();
  if (fs::is_directory(status)) return {};
  if (!fs::is_regular_file(status))
    return refuse(printable(entry.path().string()) + " is no regular file; a bundle holds nothing else.");
  if (const auto fault = path_fault(path); !fault.empty()) {
    return refuse("The path \"" + printable(path) + "\" cannot go into a bundle: " + std::string(fault) + ".");
  }
  if (path == kSignaturePath) return refuse("The folder holds a file SIGNATURE; packing makes it, so take it away.");
  if (out.size() >= kMaxFiles) return refuse("The folder holds more than " + std::to_string(kMaxFiles) + " files.");
  auto bytes = read_file(entry.path(), room);
  if (!bytes) return std::move(bytes).error();
  room -= bytes->size();
  const bool executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
  out.emplace(path, File{executable ? 0755U : 0644U, std::move(*bytes)});
  return {};
}

Result<std::map<std::string, File>> read_stage(const fs::path& stage) {
  std::map<std::string, File> out;
  std::size_t room = kMaxUnpackedBytes;
  try {
    for (const auto& entry : fs::recursive_directory_iterator(stage)) RAPT_TRY(stage_entry(stage, entry, room, out));
  } catch (const fs::filesystem_error& error) {
    return refuse("The folder " + printable(stage.string()) + " cannot be read: " + error.code().message() + ".");
  }
  return out;
}

}  // namespace

Result<std::string> encode_bundle(std::map<std::string, File> files, const std::string& publisher,
                                  const security::PrivateKey* key) {
  if (key != nullptr) {
    auto signature = make_signature(publisher, *key, signed_listing(files));
    files.insert_or_assign(std::string(kSignaturePath), File{0644, std::move(signature)});
  }
  return write_archive(files);
}

Result<std::string> pack_bundle(const fs::path& stage, const security::PrivateKey* key) {
  auto files = read_stage(stage);
  if (!files) return std::move(files).error();
  const auto manifest_file = files->find(std::string(kManifestPath));
  if (manifest_file == files->end())
    return refuse("The folder " + printable(stage.string()) + " has no manifest.json.");
  auto manifest = parse_manifest(manifest_file->second.bytes);
  if (!manifest) return std::move(manifest).error();
  auto archive = encode_bundle(std::move(*files), manifest->publisher, key);
  if (!archive) return archive;
  const auto bundle = read_bundle(*archive);
  if (!bundle) return bundle.error();
  RAPT_TRY(check_papers(*bundle));
  RAPT_TRY(check_libraries(*bundle));
  return archive;
}

}  // namespace rapt::bundle
