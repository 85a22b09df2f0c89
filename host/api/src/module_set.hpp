// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include "rapt/host/supervisor.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::install {
class Installer;
}

namespace rapt::api {

/// Keeps the running modules equal to the installed ones: reads the table every few seconds, so that an installation on
/// any host reaches all of them, and the folder of trusted keys with it. While the database is away the running set
/// stays as it is. Ends when cancelled.
Task<void> follow_installed_modules(install::Installer& installer, host::Supervisor& supervisor,
                                    std::filesystem::path trust_dir);

}  // namespace rapt::api
