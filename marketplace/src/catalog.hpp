// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/base/semver.hpp"

namespace rapt::marketplace {

/// One bundle of the folder, as it was when it was read.
struct Published {
  std::filesystem::path path;
  bundle::Manifest manifest;
  std::string key_id;
  std::string sha256;
  std::size_t bytes = 0;
};

/// The versions of one module, newest first.
using Versions = std::map<Version, Published, std::greater<>>;
/// All modules by name. Never changed once made: requests may keep it while the next one is made.
using Modules = std::map<std::string, Versions>;

/// A folder of bundles. Reads it anew when a file has come, gone or changed; a bundle that is not signed, malformed or
/// published twice is left out, and a log line says why. Thread-safe; blocks on the disk.
class Catalog {
 public:
  explicit Catalog(std::filesystem::path folder) : folder_(std::move(folder)) {}
  /// kUnavailable when the folder cannot be read.
  Result<std::shared_ptr<const Modules>> modules();
  /// The archive. kNotFound when the file is gone or is no longer the one that was announced.
  static Result<std::string> archive(const Published& published);

 private:
  /// Path, size, time of change: what tells that a file is another one.
  using Stamp = std::tuple<std::filesystem::path, std::uintmax_t, std::filesystem::file_time_type>;
  Result<std::set<Stamp>> stamps() const;

  std::filesystem::path folder_;
  std::mutex mutex_;
  std::set<Stamp> read_;
  std::shared_ptr<const Modules> modules_;
};

}  // namespace rapt::marketplace
