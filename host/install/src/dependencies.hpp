// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/install/installer.hpp"

namespace rapt::install {

/// Whether `manifest` could take its place among the installed modules: everything that it depends on is there, in a
/// version that will do, and whoever depends on it can live with its version. kConflict with every reason.
Result<void> check_dependencies(const bundle::Manifest& manifest,
                                const std::map<std::string, bundle::Manifest>& installed);
/// The same, against the table modules.
Result<void> check_dependencies(store::Transaction& tx, const bundle::Manifest& manifest);

}  // namespace rapt::install
