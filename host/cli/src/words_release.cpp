// SPDX-License-Identifier: AGPL-3.0-or-later
// What the makers of RaptScallions do with releases of it.
#include "release_commands.hpp"
#include "words.hpp"

namespace rapt::cli {
namespace {

std::vector<Option> with_signing_options(std::vector<Option> options) {
  const std::vector<Option> all = {
      {"key", "FILE", "a key of the registry's role releases (required)"},
      {"registry", "URL", "whose current document the next one follows; otherwise MARKETPLACE_URL"},
      {"root", "FILE", "the registry's root, for the first time; otherwise it is shown, and you are asked"},
      {"document", "FILE", "the current document, carried here, instead of a registry"},
      {"expires-days", "N", "so long the document is good; else 365"},
      {"out", "FILE", "else N.releases.json"},
      {"yes", "", "do not ask whether that is to be signed"}};
  options.insert(options.end(), all.begin(), all.end());
  return options;
}

}  // namespace

std::vector<Command> release_words() {
  return {
      {"release pack",
       "STAGE",
       1,
       1,
       "Packs a staged folder into the archive of a release. `./rapt release pack --version V` in a checkout builds "
       "and "
       "stages first.",
       "rapt release pack build/stage --version 1.2.0 --min-from 1.0.0 --schema-from 1.1.0 --out .",
       {{"version", "VERSION", "its semantic version (required)"},
        {"min-from", "VERSION", "the oldest version that may go to it at once; else any"},
        {"schema-from", "VERSION", "the oldest version whose programs work on its schema; else any"},
        {"architecture", "NAME", "else this machine's, as x86_64-linux-gnu"},
        {"commit", "ID", "of the source"},
        {"built-at", "TIME", "RFC 3339; else now. The same files, words and time make the same bytes"},
        {"out", "DIR", "where the archive goes; else this folder"}},
       run_release_pack},
      {"release inspect",
       "ARCHIVE",
       1,
       1,
       "Reads a release's archive through, and shows what it says of itself.",
       "rapt release inspect raptscallions-1.2.0-x86_64-linux-gnu.tar.gz --json",
       {},
       run_release_inspect},
      {"release sign", "[ARCHIVE...]", 0, 64,
       "Makes and signs the next document of the platform's releases; without archives it signs the current one anew, "
       "or, with --document, adds a signature to that.",
       "rapt release sign raptscallions-1.2.0-x86_64-linux-gnu.tar.gz --key releases.key --registry "
       "https://modules.example.org --notes notes.md\n"
       "rapt release sign --document 7.releases.json --key second.key --out 7.releases.json",
       with_signing_options({{"channel", "NAME", "stable or beta; else by the version"},
                             {"image", "NAME@sha256:DIGEST", "for Docker and Kubernetes"},
                             {"notes", "FILE", "what has changed, Markdown, at most 8000 bytes"}}),
       run_release_sign},
      {"release withdraw", "VERSION", 1, 1,
       "Makes and signs the next document, in which a release should no longer be taken; then: release publish.",
       "rapt release withdraw 1.2.0 --because 'It forgets logins.' --key releases.key --registry "
       "https://modules.example.org",
       with_signing_options({{"because", "SENTENCE", "for everybody"}, {"undo", "", "it may be taken again"}}),
       run_release_withdraw},
      {"release publish",
       "[ARCHIVE...]",
       0,
       64,
       "Hands archives and the signed document in at a registry; goes on where it broke off.",
       "rapt release publish raptscallions-1.2.0-x86_64-linux-gnu.tar.gz --document 7.releases.json --key releases.key "
       "--registry https://modules.example.org --rollout 10",
       {{"document", "FILE", "N.releases.json, with as many signatures as the registry demands (required)"},
        {"key", "FILE", "a key of the role releases, which signs the requests (required)"},
        {"registry", "URL", "otherwise MARKETPLACE_URL"},
        {"rollout", "PERCENT", "of the instances that get it at first; else 100"}},
       run_release_publish},
  };
}

}  // namespace rapt::cli
