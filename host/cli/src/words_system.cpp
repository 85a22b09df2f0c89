// SPDX-License-Identifier: AGPL-3.0-or-later
// What runs and looks after an instance.
#include "system_commands.hpp"
#include "words.hpp"
#include "worker_command.hpp"

namespace rapt::cli {

std::vector<Command> system_words() {
  return {
      {"serve",
       "",
       0,
       0,
       "Serves API and pages until it is told to stop.",
       "rapt serve\nPORT=8080 rapt serve",
       {},
       run_serve},
      {"worker",
       "",
       0,
       0,
       "Does jobs until it is told to stop, without serving; for a host of its own beside `rapt serve`.",
       "rapt worker\nRAPT_HOST_NAME=jobs-2 rapt worker",
       {},
       run_worker},
      {"jobs list",
       "",
       0,
       0,
       "Shows the jobs that are not done, newest first.",
       "rapt jobs list\nrapt jobs list --state failed --json",
       {{"state", "STATE", "only these: waiting, running, failed or done"}},
       run_jobs_list},
      {"jobs retry",
       "ID",
       1,
       1,
       "Gives a failed job eight further attempts.",
       "rapt jobs retry 01890000-0000-7000-8000-000000000000",
       {},
       run_jobs_retry},
      {"migrate",
       "",
       0,
       0,
       "Brings the database up to date.",
       "rapt migrate\nrapt migrate --dry-run\nrapt migrate --status --json",
       {{"dry-run", "", "only tells what would be applied"},
        {"status", "", "tells every migration and whether it is applied"},
        {"newer-is-fine", "",
         "a database that a newer version has migrated is no fault: for going back to an older one"}},
       run_migrate},
      {"doctor",
       "",
       0,
       0,
       "Checks everything that an instance needs, and tells the remedy of what is wrong.",
       "rapt doctor\nrapt doctor --json",
       {},
       run_doctor},
      {"config",
       "",
       0,
       0,
       "Lists every setting: its type, default, bounds and meaning.",
       "rapt config",
       {},
       run_config},
  };
}

}  // namespace rapt::cli
