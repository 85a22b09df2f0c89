// SPDX-License-Identifier: AGPL-3.0-or-later
// Bringing the platform to another release.
#include "update_commands.hpp"
#include "words.hpp"

namespace rapt::cli {

std::vector<Command> update_words() {
  const Option yes{"yes", "", "agrees without being asked"};
  const Option no_wait{"no-wait", "", "asks for it, and does not wait for its end"};
  return {
      {"agent",
       "",
       0,
       0,
       "Looks after this machine's release until it is told to stop: updates it, and on a bare machine runs the "
       "server.",
       "rapt agent\nDEPLOYMENT_TYPE=docker rapt agent",
       {{"check-takeover", "",
         "only says, by exit status 0, that a running agent may hand its server to this program"}},
       run_agent},
      {"update check",
       "",
       0,
       0,
       "Looks at the registry now: what runs, what there is, what stands in its way.",
       "rapt update check\nrapt update check --json",
       {},
       run_update_check},
      {"update apply",
       "[VERSION]",
       0,
       1,
       "Takes a release, the newest one that may be taken unless you name one.",
       "rapt update apply\nrapt update apply 1.4.0 --yes\nrapt update apply 2.0.0 --with-downtime\n"
       "rapt update apply --from /media/stick/mirror",
       {{"with-downtime", "", "agrees that nobody is served meanwhile, where the release needs that"},
        {"from", "FOLDER", "takes it from a mirror that was carried here (`rapt mirror` makes one)"},
        yes,
        no_wait},
       run_update_apply},
      {"update status",
       "",
       0,
       0,
       "Shows agents, versions, the last look, what is under way, and how the last updates ended.",
       "rapt update status\nrapt update status --json",
       {},
       run_update_status},
      {"update rollback",
       "",
       0,
       0,
       "Goes back to the version before.",
       "rapt update rollback\nrapt update rollback --restore-database --yes",
       {{"restore-database", "",
         "also puts back the copy of the database from before the update; what came since is lost"},
        yes,
        no_wait},
       run_update_rollback},
      {"update release",
       "VERSION",
       1,
       1,
       "Lets a version be taken again that failed here.",
       "rapt update release 1.4.0",
       {},
       run_update_release},
  };
}

}  // namespace rapt::cli
