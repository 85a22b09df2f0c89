// SPDX-License-Identifier: AGPL-3.0-or-later
// Tools' definitions.
#include "tool_commands.hpp"
#include "words.hpp"

namespace rapt::cli {

std::vector<Command> tool_words() {
  return {
      {"tool check",
       "FILE",
       1,
       1,
       "Looks for every fault of a tool's definition, with line and column; also in what its modules are told.",
       "rapt tool check tutor.yaml\nrapt tool check tutor.yaml --group District/School\nrapt tool check tutor.yaml "
       "--no-modules",
       {{"group", "GROUP", "the group that the tool is for, whose settings count; otherwise the whole system"},
        {"no-modules", "", "looks at the file alone, without an instance and its modules"}},
       run_tool_check},
      {"tool schema",
       "",
       0,
       0,
       "Writes a JSON Schema of definitions for editors, with the installed modules' configurations.",
       "rapt tool schema > tool.schema.json\nrapt tool schema --no-modules",
       {{"no-modules", "", "without an instance: modules are then not known"}},
       run_tool_schema},
  };
}

}  // namespace rapt::cli
