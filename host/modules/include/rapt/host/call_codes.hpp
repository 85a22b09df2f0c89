// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

namespace rapt::host {

/// The code of an error of Supervisor::ask(): the module was not asked at all.
inline constexpr const char* kModuleNotRunning = "MODULE_UNAVAILABLE";

}  // namespace rapt::host
