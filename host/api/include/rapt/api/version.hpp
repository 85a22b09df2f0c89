// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

namespace rapt::api {

/// Semantic version of this host, from CMake's project().
inline constexpr const char* kVersion = RAPT_VERSION;

}  // namespace rapt::api
