// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>

#include "command.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/security/secret_box.hpp"

namespace rapt::cli {

/// What commands about modules need of an instance: its settings, its database, its trust store, its installer.
struct Instance {
  config::Settings settings;
  std::unique_ptr<store::Database> database;
  bundle::TrustStore trust;
  bundle::SignaturePolicy policy;
  std::unique_ptr<security::SecretBox> box;  ///< nullptr when this account may not read the host's keys
  std::unique_ptr<install::Installer> installer;
};
Result<Instance> open_instance(const Console& console);

struct Offer {
  std::string archive;
  std::string source;  ///< for the admin: a path, or the registry's address
};
/// The archive of `what`: a file, or NAME[@VERSION] from the registry (the newest release that this host can run).
Result<Offer> fetch_offer(const config::Settings& settings, const std::string& what);

/// What is wrong with an installed module's archive: gone, changed, no longer trusted. Success when nothing is.
Result<void> check_installed(const install::InstalledRecord& record, const bundle::TrustStore& trust,
                             bundle::SignaturePolicy policy);

}  // namespace rapt::cli
