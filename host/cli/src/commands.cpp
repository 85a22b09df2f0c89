// SPDX-License-Identifier: AGPL-3.0-or-later
// The table of everything that the program can do.
#include "author_commands.hpp"
#include "command.hpp"
#include "trust_commands.hpp"

namespace rapt::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
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
  };
  return table;
}

}  // namespace rapt::cli
