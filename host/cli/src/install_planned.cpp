// SPDX-License-Identifier: AGPL-3.0-or-later
// Shows a plan, asks, and has it done.
#include <istream>
#include <ostream>

#include <nlohmann/json.hpp>

#include "module_commands.hpp"
#include "module_market.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

/// One line that is written over again, on a terminal alone.
install::DownloadProgress progress_on(Console& console) {
  if (!console.interactive || console.json) return {};
  return [&console, shown = -1](const std::string& module, std::uint64_t done, std::uint64_t total) mutable {
    const int percent = total == 0 ? 100 : static_cast<int>(done * 100 / total);
    if (percent == shown) return;
    shown = percent;
    console.err << "\rfetching " << module << ": " << percent << " % of " << human_bytes(total)
                << (percent == 100 ? "\n" : "") << std::flush;
  };
}

int tell_done(Console& console, Instance& instance, const install::Plan& plan, const std::string& asked) {
  json out = {{"changed", !plan.steps.empty()}, {"steps", json::array()}};
  if (!asked.empty()) {
    const auto record = find_installed(instance, asked);
    if (!record) return report(console, record.error());
    out.update(to_json(*record));
    if (plan.steps.empty() && !console.json)
      console.out << record->name << " " << record->version << " was installed already; nothing has changed.\n";
  } else if (plan.steps.empty() && !console.json) {
    console.out << "Everything is up to date; nothing has changed.\n";
  }
  for (const auto& step : plan.steps) {
    out["steps"].push_back(
        {{"name", step.name}, {"from", step.from ? json(*step.from) : json(nullptr)}, {"to", step.to}});
    if (!console.json) console.out << step.name << " " << step.to << " is installed.\n";
  }
  if (console.json) print_json(console.out, out);
  return kOk;
}

int show_only(Console& console, const install::Plan& plan) {
  if (console.json) {
    print_json(console.out, json::parse(install::encode(plan)));
  } else {
    print_plan(console.out, plan);
    console.out << (plan.steps.empty() ? "There is nothing to do.\n" : "Nothing was changed.\n");
  }
  return kOk;
}

/// kUsage or kFailed when it may not go on, else kOk.
int ask(Console& console, const install::Plan& plan, const Arguments& arguments) {
  for (const auto& step : plan.steps) {
    if (step.kind == "downgrade" && !arguments.has("allow-downgrade"))
      return report(console, Error::conflict(step.name + " " + step.from.value_or("") + " is installed, and " +
                                             step.to + " is older. Say --allow-downgrade if you mean it."));
  }
  if (arguments.has("yes")) return kOk;
  if (!console.interactive) return usage_fault(console, "Nobody is there to be asked: say --yes if you agree.");
  if (agrees(console)) return kOk;
  console.err << "Nothing was installed.\n";
  return kFailed;
}

}  // namespace

int install_planned(Console& console, Instance& instance, RegistrySite& site, install::PlanRequest request,
                    const Arguments& arguments, const std::string& asked) {
  auto plan = run_blocking(site.installer->plan(std::move(request), progress_on(console)));
  if (!plan) return report(console, plan.error());
  if (arguments.has("dry-run")) return show_only(console, *plan);
  if (plan->steps.empty()) return tell_done(console, instance, *plan, asked);
  print_plan(console.err, *plan);
  if (const int status = ask(console, *plan, arguments); status != kOk) return status;
  const auto begun = run_blocking(site.installer->begin(*plan, operator_name(console)));
  if (!begun) return report(console, begun.error());
  const auto done = run_blocking(site.installer->run(*begun, *plan));
  if (!done) return report(console, done.error());
  return tell_done(console, instance, *plan, asked);
}

}  // namespace rapt::cli
