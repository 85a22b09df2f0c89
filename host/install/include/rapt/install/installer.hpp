// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "rapt/bundle/bundle.hpp"
#include "rapt/store/database.hpp"

namespace rapt::install {

/// One row of the table modules.
struct InstalledRecord {
  std::string name, version, publisher, digest_hex;
  std::filesystem::path path;  ///< in this host's store of bundles
  std::vector<std::string> permissions;  ///< granted
  bool enabled = true;
};

/// Installs bundles: reads, verifies against the trust store, keeps the archive under VAR/modules/NAME/VERSION.rapt, and
/// records digest and granted permissions. The one code path for the command line, the registry and the demonstration.
class Installer {
 public:
  Installer(store::Database& database, std::filesystem::path var_dir, bundle::TrustStore trust,
            bundle::SignaturePolicy policy);
  /// kForbidden (signature), kInvalid (bundle), kConflict (an older version than the installed one; `allow_downgrade`).
  /// Installing the same bytes again changes nothing.
  Task<Result<InstalledRecord>> install(std::string archive, bool allow_downgrade = false);
  Task<Result<void>> remove(const std::string& name);
  Task<Result<std::vector<InstalledRecord>>> list();

 private:
  store::Database& database_;
  std::filesystem::path var_dir_;
  bundle::TrustStore trust_;
  bundle::SignaturePolicy policy_;
};

}  // namespace rapt::install
