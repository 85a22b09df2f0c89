// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

namespace rapt::config {
struct Settings;
}

namespace rapt::api {

/// Runs the host until SIGTERM or SIGINT: modules, API and pages. Returns the exit code: 0 after an orderly end, 1 when
/// it cannot start (the reason is on standard error). A part that is away, also at start, is no reason to end: it
/// answers 503 and recovers by itself. With a listening socket that was handed on (agent::Supervision) it accepts nobody
/// before it is ready, and whoever started it is told when it is.
int serve(const config::Settings& settings);
/// Does jobs until SIGTERM or SIGINT, with modules of its own and without API and pages. Its name among the hosts is
/// host_name with "-worker" behind it. Exit codes as for serve().
int work(const config::Settings& settings);

}  // namespace rapt::api
