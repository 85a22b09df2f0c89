// SPDX-License-Identifier: AGPL-3.0-or-later
#include <utility>

#include "rapt/base/file.hpp"
#include "rapt/install/installer.hpp"
#include "records.hpp"

namespace rapt::install {
namespace {

Result<std::string> schema_in(const InstalledRecord& record) {
  const auto lost = [&record](std::string detail) {
    return Error::unavailable(record.name,
                              "The bundle of the module " + record.name +
                                  " is not in this host's store as it was installed: install it again.",
                              std::move(detail));
  };
  const auto archive = read_file(record.path, bundle::kMaxBundleBytes);
  if (!archive) return lost(archive.error().message);
  if (security::hex(security::sha256(*archive)) != record.digest_hex) return lost("the digest is another one");
  const auto bundle = bundle::read_bundle(*archive);
  if (!bundle) return lost(bundle.error().message);
  const auto& path = bundle->manifest.config_schema_path;
  if (path.empty()) return std::string();
  const auto file = bundle->files.find(path);
  if (file == bundle->files.end()) return lost("it has no file " + path);
  return file->second.bytes;
}

}  // namespace

Task<Result<std::string>> Installer::config_schema(std::string name) {
  auto work = [name = std::move(name), var_dir = var_dir_](store::Transaction& tx) -> Result<std::string> {
    const auto record = find_record(tx, name, var_dir);
    if (!record) return record.error();
    if (!*record) return Error::not_found("module installed here");
    return schema_in(**record);
  };
  co_return co_await database_.transaction(std::move(work));
}

}  // namespace rapt::install
