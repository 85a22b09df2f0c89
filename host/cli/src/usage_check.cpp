// SPDX-License-Identifier: AGPL-3.0-or-later
// Whether the sums of what AI has used are what the ledger comes to.
#include <ostream>

#include <nlohmann/json.hpp>

#include "rapt/base/clock.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/database.hpp"
#include "rapt/usage/reports.hpp"
#include "usage_commands.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

void show(Console& console, const usage::Days& days, const std::vector<usage::Difference>& found, bool repaired) {
  if (console.json) {
    json list = json::array();
    for (const auto& one : found)
      list.push_back({{"table", one.table},
                      {"place", one.place},
                      {"figure", one.figure},
                      {"stored", one.stored},
                      {"expected", one.expected}});
    print_json(console.out,
               {{"from", days.from}, {"to", days.to}, {"differences", std::move(list)}, {"repaired", repaired}});
    return;
  }
  if (found.empty()) {
    console.out << "The sums from " << days.from << " to " << days.to << " are what the ledger comes to.\n";
    return;
  }
  Table table({"TABLE", "PLACE", "FIGURE", "STORED", "EXPECTED"});
  for (const auto& one : found)
    table.add({one.table, one.place, one.figure, one.stored.empty() ? "-" : one.stored,
               one.expected.empty() ? "-" : one.expected});
  table.print(console.out);
  if (!repaired) console.out << "\n--repair makes them anew from the ledger.\n";
}

Result<void> repair(store::Database& database, const usage::Days& days) {
  RAPT_TRY(run_blocking(usage::repair_sums(database, days)));
  const auto left = run_blocking(usage::check_sums(database, days));
  if (!left) return left.error();
  if (!left->empty()) return Error::conflict("Something changed the sums meanwhile: check again.");
  return {};
}

}  // namespace

int run_usage_rollup(Console& console, const Arguments&) {
  const auto settings = settings_of(console);
  if (!settings) return report(console, settings.error());
  store::Database database({.url = settings->database_url, .connections = 1});
  const auto done = run_blocking(usage::roll_up_all(database));
  if (!done) return report(console, done.error());
  if (console.json) {
    print_json(console.out, {{"busy", done->busy}, {"until", done->until}, {"written", done->written}});
  } else if (done->busy) {
    console.out << "A host is adding up at this moment.\n";
  } else {
    console.out << "Added up until " << done->until << "; " << done->written << " sums were new or changed.\n";
  }
  return kOk;
}

int run_usage_check(Console& console, const Arguments& arguments) {
  const auto days = usage::parse_days(arguments.value("from"), arguments.value("to"), SystemClock().now());
  if (!days)
    return usage_fault(console, "--" + days.error().fields[0].path + " " + days.error().fields[0].message + ".");
  const auto settings = settings_of(console);
  if (!settings) return report(console, settings.error());
  store::Database database({.url = settings->database_url, .connections = 1});
  const auto found = run_blocking(usage::check_sums(database, *days));
  if (!found) return report(console, found.error());
  const bool repairs = arguments.has("repair") && !found->empty();
  if (repairs) {
    const auto done = repair(database, *days);
    if (!done) return report(console, done.error());
  }
  show(console, *days, *found, repairs);
  return found->empty() || repairs ? kOk : kFailed;
}

}  // namespace rapt::cli
