// SPDX-License-Identifier: AGPL-3.0-or-later
// What authors of modules need.
#include "author_commands.hpp"
#include "words.hpp"

namespace rapt::cli {

std::vector<Command> author_words() {
  return {
      {"run",
       "HOOK [DIR | BUNDLE]",
       1,
       2,
       "Asks a module at one hook, in its sandbox, without a server. Ends with 1 when the module fails.",
       "rapt run chat:after_ai --context contexts/chat_after_ai.json\n"
       "rapt run chat:on_delta my-module-1.0.0.rapt --context answer.json --json",
       {{"context", "FILE", "what the hook is about, as rapt/context.h describes it (required)"},
        {"config", "FILE", "the attachment's configuration, instead of the context's"}},
       run_run},
      {"keygen",
       "PUBLISHER",
       1,
       1,
       "Makes the key with which a publisher signs bundles.",
       "rapt keygen my-school\nrapt keygen my-school --out ~/keys",
       {{"out", "DIR", "where PUBLISHER.key and PUBLISHER.pub go; otherwise here"},
        {"if-missing", "", "does nothing when both files are there"}},
       run_keygen},
      {"pack",
       "DIR",
       1,
       1,
       "Makes a bundle of a folder with manifest.json, and signs it.",
       "rapt pack build/my-module --key my-school.key\nrapt pack build/my-module --unsigned --out try.rapt",
       {{"key", "FILE", "the signing key that `rapt keygen` made"},
        {"unsigned", "", "without a signature, for development mode"},
        {"out", "FILE", "otherwise NAME-VERSION.rapt here"}},
       run_pack},
      {"verify",
       "FILE",
       1,
       1,
       "Says whether a bundle may be believed, and whether its libraries are sound.",
       "rapt verify my-module-1.0.0.rapt\nrapt verify my-module-1.0.0.rapt --key my-school.pub",
       {{"key", "PUBLISHER.pub", "trust these keys, instead of the ones that this host trusts"}},
       run_verify},
      {"inspect",
       "FILE",
       1,
       1,
       "Shows what a bundle says of itself. Believes nothing of it.",
       "rapt inspect my-module-1.0.0.rapt\nrapt inspect my-module-1.0.0.rapt --json",
       {},
       run_inspect},
  };
}

}  // namespace rapt::cli
