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

/// Whether `what` is a bundle's file, and not the name of a module in the registry.
bool names_a_file(const std::string& what);

/// What is wrong with an installed module's archive: gone, changed, no longer trusted. Success when nothing is.
Result<void> check_installed(const install::InstalledRecord& record, const bundle::TrustStore& trust,
                             bundle::SignaturePolicy policy);

}  // namespace rapt::cli
