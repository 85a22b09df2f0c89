// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "command.hpp"
#include "instance.hpp"

namespace rapt::cli {

// The modules of an instance: module_commands.cpp
int run_module_install(Console& console, const Arguments& arguments);
int run_module_remove(Console& console, const Arguments& arguments);
int run_module_verify(Console& console, const Arguments& arguments);
// module_status.cpp
int run_module_list(Console& console, const Arguments& arguments);
int run_module_show(Console& console, const Arguments& arguments);
int run_module_status(Console& console, const Arguments& arguments);
// module_changes.cpp
int run_module_rollback(Console& console, const Arguments& arguments);
int run_module_enable(Console& console, const Arguments& arguments);
int run_module_disable(Console& console, const Arguments& arguments);
int run_module_limit(Console& console, const Arguments& arguments);
int run_module_release(Console& console, const Arguments& arguments);
// module_policy.cpp
int run_module_policy(Console& console, const Arguments& arguments);
// module_settings.cpp
int run_module_settings(Console& console, const Arguments& arguments);
// module_plan.cpp
int run_module_plan(Console& console, const Arguments& arguments);
// module_logs.cpp
int run_module_logs(Console& console, const Arguments& arguments);
// module_jobs.cpp
int run_module_jobs(Console& console, const Arguments& arguments);

/// What they share. kNotFound with the name that was perhaps meant.
Result<install::InstalledRecord> find_installed(Instance& instance, const std::string& name);
/// The installed modules: all, or the one that the first argument names.
Result<std::vector<install::InstalledRecord>> chosen_modules(Instance& instance, const Arguments& arguments);
nlohmann::json to_json(const install::InstalledRecord& record);
/// Asks the terminal whether to install what was shown.
bool agrees(Console& console);

}  // namespace rapt::cli
