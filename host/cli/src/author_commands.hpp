// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "command.hpp"
#include "rapt/hooks/hook.hpp"

namespace rapt::cli {

// What module authors need. They work on the author's own files: no database, no settings.
int run_keygen(Console& console, const Arguments& arguments);
int run_pack(Console& console, const Arguments& arguments);
int run_sign(Console& console, const Arguments& arguments);
int run_verify(Console& console, const Arguments& arguments);
int run_inspect(Console& console, const Arguments& arguments);
int run_new(Console& console, const Arguments& arguments);
int run_build(Console& console, const Arguments& arguments);
int run_run(Console& console, const Arguments& arguments);
/// The part of `rapt run` that is about a route, job, event, panel or export.
int run_call(Console& console, const Arguments& arguments, hooks::Point point);
int run_check(Console& console, const Arguments& arguments);
// At a registry.
int run_publish(Console& console, const Arguments& arguments);
int run_yank(Console& console, const Arguments& arguments);
int run_publisher_register(Console& console, const Arguments& arguments);
int run_publisher_show(Console& console, const Arguments& arguments);
int run_publisher_add_key(Console& console, const Arguments& arguments);
int run_publisher_revoke_key(Console& console, const Arguments& arguments);
int run_publisher_renew(Console& console, const Arguments& arguments);
/// Works on a running instance, by the program's own words.
int run_dev(Console& console, const Arguments& arguments);

}  // namespace rapt::cli
