// SPDX-License-Identifier: AGPL-3.0-or-later
// What several kinds of deployment ask of a release before they begin.
#pragma once

#include <string_view>

#include "rapt/base/result.hpp"
#include "rapt/marketplace/layout.hpp"

namespace rapt::agent {

/// "NAME@sha256:…": bytes, not a name that may come to mean others.
bool has_digest(std::string_view image);
/// kConflict unless programs of the version `from` can work on the release's schema.
Result<void> check_schema(const marketplace::PlatformRelease& release, std::string_view from);

}  // namespace rapt::agent
