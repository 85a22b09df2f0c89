// SPDX-License-Identifier: AGPL-3.0-or-later
// What authors of modules need.
#include "author_commands.hpp"
#include "author_trial.hpp"
#include "words.hpp"

namespace rapt::cli {

std::vector<Command> author_words() {
  return {
      {"new",
       "NAME",
       1,
       1,
       "Makes the folder of a module that builds, tests and packs.",
       "rapt new link-fence\n"
       "rapt new word-count --language rust --hook chat:on_message --hook chat:after_ai\n"
       "rapt new answer-key --language c --hook chat:on_delta      (a stream filter)\n"
       "rapt new class-notes --with sql,jobs,exports               (a table, route, panel, job and file)\n"
       "rapt new weather --language c --with http                  (a job that asks another server)\n"
       "rapt new follow-up --language rust --with events --hook session:end\n"
       "rapt new campus-login --with auth-provider",
       {{"language", "LANGUAGE", "c, cpp or rust; otherwise cpp"},
        {"hook", "HOOK",
         "where it is asked, may be given several times; otherwise chat:after_ai, or nowhere beside --with", true},
        {"with", "PARTS",
         "what it has beside hooks, in any language and together. sql: a table with its migration, a route and a "
         "panel; "
         "routes, panels, jobs, exports: each with that table; http: a job that asks another server with a secret; "
         "events: "
         "told and telling; auth-provider: a login",
         true},
        {"publisher", "NAME", "who will sign it; otherwise my-school"},
        {"dir", "DIR", "a folder that does not exist yet; otherwise NAME here"},
        {"sdk", "DIR", "where the SDK is installed; otherwise RAPT_SDK, or the one beside this program"}},
       run_new},
      {"build",
       "[DIR]",
       0,
       1,
       "Builds a module, and lays out what belongs into its bundle.",
       "rapt build\nrapt build link-fence --test",
       {{"test", "", "builds and runs the module's own tests, too"},
        {"out", "DIR", "otherwise DIR/build"},
        {"sdk", "DIR", "where the SDK is installed; otherwise RAPT_SDK, or the one beside this program"}},
       run_build},
      {"run", "HOOK | CALL [DIR | BUNDLE]", 1, 2,
       "Asks a module at one hook, in its sandbox, without a server; or a route, job, event, panel or export of it. "
       "Ends "
       "with 1 when the module fails.",
       "rapt run chat:after_ai --context contexts/chat_after_ai.json\n"
       "rapt run chat:on_delta my-module-1.0.0.rapt --context answer.json --json\n"
       "rapt run chat:on_message --context c.json --kv values.json --database postgresql:///postgres\n"
       "rapt run route --request requests/route.json",
       with_trial_options({{"context", "FILE", "what the hook is about, as rapt/context.h describes it (required)"},
                           {"request", "FILE", "what the route, job, event, panel or export is asked (required)"},
                           {"config", "FILE", "the attachment's configuration, instead of the context's"},
                           {"sdk", "DIR", "for a folder with sources: where the SDK is installed"}}),
       run_run},
      {"check", "[DIR | BUNDLE]", 0, 1,
       "Tries whether a module keeps what the ABI asks of it. Ends with 1 when it does not.",
       "rapt check link-fence\nrapt check link-fence-1.0.0.rapt --seed 42 --json",
       with_trial_options(
           {{"seed", "N", "of the random contexts; otherwise one that is told, to be given again"},
            {"calls", "N", "so many calls for the growth of memory; otherwise 10000, or what 20 seconds allow"},
            {"config", "FILE", "the attachment's configuration, for a module that needs one"},
            {"same-answer", "", "answers that differ for the same context are a fault"},
            {"sdk", "DIR", "for a folder with sources: where the SDK is installed"}}),
       run_check},
      {"dev",
       "[DIR]",
       0,
       1,
       "Builds a module whenever a file changes, and swaps it into the running instance.",
       "RAPT_DEVELOPMENT_MODULES=1 rapt dev link-fence",
       {{"once", "", "once, and without waiting for changes"},
        {"sdk", "DIR", "where the SDK is installed; otherwise RAPT_SDK, or the one beside this program"}},
       run_dev},
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
      {"sign",
       "FILE",
       1,
       1,
       "Signs a bundle that was packed without a signature, for a key that is kept on another machine than the "
       "compiler.",
       "rapt sign my-module-1.0.0.rapt --key my-school.key",
       {{"key", "FILE", "the signing key that `rapt keygen` made (required)"},
        {"out", "FILE", "otherwise FILE itself"},
        {"replace", "", "a signature that it has"}},
       run_sign},
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
