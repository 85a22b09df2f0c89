// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "rapt/cli/command.hpp"
#include "rapt/install/marketplace_installer.hpp"
#include "registry_site.hpp"

namespace rapt::cli {

// module_market.cpp
int run_module_search(Console& console, const Arguments& arguments);
int run_module_upgrade(Console& console, const Arguments& arguments);
int run_module_pin(Console& console, const Arguments& arguments);
/// The registry's page of a module that is not installed.
int show_offered(Console& console, const config::Settings& settings, const std::string& name);
/// Plans, shows, asks and does it. `asked`: the module that is told about at the end; "" for all.
int install_planned(Console& console, Instance& instance, RegistrySite& site, install::PlanRequest request,
                    const Arguments& arguments, const std::string& asked);
// mirror_command.cpp
int run_mirror(Console& console, const Arguments& arguments);
// module_plan_print.cpp
std::string human_bytes(std::uint64_t bytes);  ///< "12.5 KiB"
void print_plan(std::ostream& out, const install::Plan& plan);
/// With what is new against the installed version, if it is an upgrade.
void print_hooks(std::ostream& out, const std::vector<install::PlannedHook>& hooks,
                 const std::vector<std::string>& removed, bool upgrade);

}  // namespace rapt::cli
