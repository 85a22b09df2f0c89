// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "finding_types.hpp"
#include "rapt/base/file.hpp"
#include "rapt/hooks/module_caller.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/schema/json_schema.hpp"

namespace rapt::host {

/// A module whose bundle has been read and verified: everything that is needed to start it again and again, without
/// looking at the disk once more.
struct PreparedModule {
  InstalledModule installed;
  bundle::Manifest manifest;
  bool is_signed = false;
  UniqueFd library;                           ///< sealed memory file of the verified bytes
  std::vector<hooks::HookDeclaration> hooks;  ///< the functions of a login provider behind them
  std::optional<schema::JsonSchema> config_schema;
  FindingTypes finding_types;
  std::string config_schema_json;  ///< "" when it has none
};

/// Reads the bundle at `installed.bundle_path`, compares digest, name and version, and verifies its signature.
/// kForbidden or kInvalid with the sentence for the admin. Blocks.
Result<std::shared_ptr<const PreparedModule>> prepare_module(const InstalledModule& installed,
                                                             const bundle::TrustStore& trust,
                                                             bundle::SignaturePolicy policy);

}  // namespace rapt::host
