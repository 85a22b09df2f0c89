// SPDX-License-Identifier: AGPL-3.0-or-later
// What AI was used for.
#include "usage_commands.hpp"
#include "words.hpp"

namespace rapt::cli {

std::vector<Command> usage_words() {
  return {
      {"usage summary", "", 0, 0, "Tells what AI was used for and what it cost, beside the period before.",
       "rapt usage summary\nrapt usage summary --from 2026-10-01 --to 2026-10-31 --json", usage_days(),
       run_usage_summary},
      {"usage by-group", "", 0, 0, "Tells what AI was used for, by group, with what is below it.",
       "rapt usage by-group\nrapt usage by-group --from 2026-10-01 --to 2026-10-31 --json", usage_list(),
       run_usage_by_group},
      {"usage by-user", "", 0, 0, "Tells what AI was used for, by person.",
       "rapt usage by-user\nrapt usage by-user --from 2026-10-01 --to 2026-10-31 --json", usage_list(),
       run_usage_by_user},
      {"usage by-model", "", 0, 0, "Tells what AI was used for, by model.",
       "rapt usage by-model\nrapt usage by-model --from 2026-10-01 --to 2026-10-31 --json", usage_list(),
       run_usage_by_model},
      {"usage by-tool", "", 0, 0, "Tells what AI was used for, by tool.",
       "rapt usage by-tool\nrapt usage by-tool --from 2026-10-01 --to 2026-10-31 --json", usage_list(),
       run_usage_by_tool},
      {"usage by-module", "", 0, 0, "Tells what modules asked AI for by themselves, and what it cost.",
       "rapt usage by-module\nrapt usage by-module --from 2026-10-01 --to 2026-10-31 --json", usage_list(),
       run_usage_by_module},
      {"usage by-day", "", 0, 0, "Tells what AI was used for, by local day.",
       "rapt usage by-day\nrapt usage by-day --from 2026-10-01 --to 2026-10-31 --json", usage_days(), run_usage_by_day},
      {"usage rollup",
       "",
       0,
       0,
       "Adds up now what was used; hosts do it every minute.",
       "rapt usage rollup",
       {},
       run_usage_rollup},
      {"usage check", "", 0, 0,
       "Compares the sums with the ledger, and what counts against budgets. Ends with 1 when something differs.",
       "rapt usage check\nrapt usage check --from 2026-10-01 --to 2026-10-31 --repair",
       [] {
         auto options = usage_days();
         options.push_back({"repair", "", "makes what differs anew from the ledger"});
         return options;
       }(),
       run_usage_check},
  };
}

}  // namespace rapt::cli
