// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/version.hpp"

#include "rapt/base/log.hpp"
#include "rapt/release/archive.hpp"

namespace rapt::api {

namespace fs = std::filesystem;

std::string version_of(const fs::path& program) {
  const auto folder = program.parent_path().parent_path();
  std::error_code failure;
  // bin/rapt of a release, and nothing else: a release.json in some folder above a build says nothing about it.
  if (program.parent_path().filename() != "bin" || !fs::exists(folder / release::kManifestFile, failure))
    return RAPT_VERSION;
  const auto manifest = release::read_folder(folder, false);
  if (manifest) return manifest->version;
  log::warn("version.unreadable", {{"detail", manifest.error().message}, {"taken", RAPT_VERSION}});
  return RAPT_VERSION;
}

const std::string& version() {
  static const std::string known = [] {
    std::error_code failure;
    const auto program = fs::read_symlink("/proc/self/exe", failure);
    return failure ? std::string(RAPT_VERSION) : version_of(program);
  }();
  return known;
}

}  // namespace rapt::api
