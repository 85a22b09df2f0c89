// SPDX-License-Identifier: AGPL-3.0-or-later
// Demonstration data and model, and the version.
#include "system_commands.hpp"
#include "words.hpp"

namespace rapt::cli {

std::vector<Command> demo_words() {
  return {
      {"demo seed",
       "",
       0,
       0,
       "Adds the demonstration data that is missing.",
       "rapt demo seed --password-file password --json",
       {{"password-file", "FILE", "the password of all demonstration accounts, at least 12 characters"}},
       run_demo_seed},
      {"demo model",
       "",
       0,
       0,
       "Serves the demonstration model, which needs no key and is no AI.",
       "rapt demo model --port 3002",
       {{"port", "N", "where to listen on 127.0.0.1; otherwise any free port"},
        {"scenarios", "", "for tests: failures by the model's name"},
        {"book", "FILE", "appends a line of JSON for each call that ended: its tokens and how it ended"}},
       run_demo_model_command},
      {"version", "", 0, 0, "Shows the version.", "rapt version", {}, run_version},
  };
}

}  // namespace rapt::cli
