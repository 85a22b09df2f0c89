// SPDX-License-Identifier: AGPL-3.0-or-later
// The table of everything that the program can do.
#include "author_commands.hpp"
#include "command.hpp"
#include "module_commands.hpp"
#include "system_commands.hpp"
#include "trust_commands.hpp"

namespace rapt::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"serve", "", 0, 0, "Serves API and pages until it is told to stop.", "rapt serve\nPORT=8080 rapt serve", {}, run_serve},
      {"migrate", "", 0, 0, "Brings the database up to date.", "rapt migrate\nrapt migrate --dry-run\nrapt migrate --status --json",
       {{"dry-run", "", "only tells what would be applied"}, {"status", "", "tells every migration and whether it is applied"}}, run_migrate},
      {"doctor", "", 0, 0, "Checks everything that an instance needs, and tells the remedy of what is wrong.", "rapt doctor\nrapt doctor --json", {},
       run_doctor},
      {"config", "", 0, 0, "Lists every setting: its type, default, bounds and meaning.", "rapt config", {}, run_config},
      {"module list", "", 0, 0, "Shows the installed modules.", "rapt module list --json", {}, run_module_list},
      {"module install", "FILE | NAME[@VERSION]", 1, 1, "Installs or upgrades a module, from a file or from the registry.",
       "rapt module install safety-filter\nrapt module install safety-filter@1.0.0 --yes\nrapt module install ./my-module-1.0.0.rapt",
       {{"yes", "", "agree to publisher and permissions without being asked"}, {"allow-downgrade", "", "an older version than the installed one"}},
       run_module_install},
      {"module remove", "NAME", 1, 1, "Removes a module. What it has found out stays.", "rapt module remove safety-filter", {}, run_module_remove},
      {"module verify", "[NAME]", 0, 1, "Says whether installed bundles are whole and still believed.", "rapt module verify\nrapt module verify safety-filter", {},
       run_module_verify},
      {"trust list", "", 0, 0, "Shows the publishers' keys that this host believes.", "rapt trust list", {}, run_trust_list},
      {"trust add", "PUBLISHER.pub", 1, 1, "Believes a publisher's keys: bundles that they sign may be installed.",
       "rapt trust add raptscallions.pub\nrapt trust add key.txt --publisher raptscallions",
       {{"publisher", "NAME", "whose keys they are; otherwise the file's name says it"}}, run_trust_add},
      {"trust remove", "PUBLISHER", 1, 1, "Believes a publisher no longer. Modules of theirs are not started any more.",
       "rapt trust remove raptscallions\nrapt trust remove raptscallions --key-id 0123456789abcdef",
       {{"key-id", "ID", "only this key"}}, run_trust_remove},
      {"keygen", "PUBLISHER", 1, 1, "Makes the key with which a publisher signs bundles.",
       "rapt keygen my-school\nrapt keygen my-school --out ~/keys",
       {{"out", "DIR", "where PUBLISHER.key and PUBLISHER.pub go; otherwise here"},
        {"if-missing", "", "does nothing when both files are there"}}, run_keygen},
      {"pack", "DIR", 1, 1, "Makes a bundle of a folder with manifest.json, and signs it.",
       "rapt pack build/my-module --key my-school.key\nrapt pack build/my-module --unsigned --out try.rapt",
       {{"key", "FILE", "the signing key that `rapt keygen` made"}, {"unsigned", "", "without a signature, for development mode"},
        {"out", "FILE", "otherwise NAME-VERSION.rapt here"}}, run_pack},
      {"verify", "FILE", 1, 1, "Says whether a bundle may be believed, and whether its libraries are sound.",
       "rapt verify my-module-1.0.0.rapt\nrapt verify my-module-1.0.0.rapt --key my-school.pub",
       {{"key", "PUBLISHER.pub", "trust these keys, instead of the ones that this host trusts"}}, run_verify},
      {"inspect", "FILE", 1, 1, "Shows what a bundle says of itself. Believes nothing of it.",
       "rapt inspect my-module-1.0.0.rapt\nrapt inspect my-module-1.0.0.rapt --json", {}, run_inspect},
      {"demo seed", "", 0, 0, "Adds the demonstration data that is missing.", "rapt demo seed --password-file password --json",
       {{"password-file", "FILE", "the password of all demonstration accounts, at least 12 characters"}}, run_demo_seed},
      {"demo model", "", 0, 0, "Serves the demonstration model, which needs no key and is no AI.", "rapt demo model --port 3002",
       {{"port", "N", "where to listen on 127.0.0.1; otherwise any free port"}, {"scenarios", "", "for tests: failures by the model's name"}},
       run_demo_model_command},
      {"version", "", 0, 0, "Shows the version.", "rapt version", {}, run_version},
  };
  return table;
}

}  // namespace rapt::cli
