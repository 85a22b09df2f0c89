// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "command.hpp"

namespace rapt::cli {

// People: user_commands.cpp
int run_user_list(Console& console, const Arguments& arguments);
int run_user_show(Console& console, const Arguments& arguments);
int run_user_deactivate(Console& console, const Arguments& arguments);
int run_user_reactivate(Console& console, const Arguments& arguments);
int run_user_reset_password(Console& console, const Arguments& arguments);
// user_roles.cpp
int run_user_add(Console& console, const Arguments& arguments);
int run_user_grant(Console& console, const Arguments& arguments);
int run_user_revoke(Console& console, const Arguments& arguments);
// user_import.cpp
int run_user_import(Console& console, const Arguments& arguments);

}  // namespace rapt::cli
