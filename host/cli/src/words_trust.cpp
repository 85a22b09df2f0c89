// SPDX-License-Identifier: AGPL-3.0-or-later
// Whose bundles are believed.
#include "trust_commands.hpp"
#include "words.hpp"

namespace rapt::cli {

std::vector<Command> trust_words() {
  return {
      {"trust list",
       "",
       0,
       0,
       "Shows the publishers' keys that this host believes.",
       "rapt trust list",
       {},
       run_trust_list},
      {"trust add",
       "PUBLISHER.pub",
       1,
       1,
       "Believes a publisher's keys: bundles that they sign may be installed.",
       "rapt trust add raptscallions.pub\nrapt trust add key.txt --publisher raptscallions",
       {{"publisher", "NAME", "whose keys they are; otherwise the file's name says it"}},
       run_trust_add},
      {"trust remove",
       "PUBLISHER",
       1,
       1,
       "Believes a publisher no longer. Modules of theirs are not started any more.",
       "rapt trust remove raptscallions\nrapt trust remove raptscallions --key-id 0123456789abcdef",
       {{"key-id", "ID", "only this key"}},
       run_trust_remove},
      {"trust root",
       "FILE|show",
       1,
       1,
       "Trusts the registry whose root this is (root.json, got by a way that you trust), or shows the trusted one.",
       "rapt trust root root.json\nrapt trust root show\nrapt trust root other.json --replace",
       {{"replace", "", "another registry than the trusted one: from then on its keys decide"}},
       run_trust_root},
  };
}

}  // namespace rapt::cli
