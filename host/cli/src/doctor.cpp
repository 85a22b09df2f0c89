// SPDX-License-Identifier: AGPL-3.0-or-later
#include "doctor.hpp"

#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "system_commands.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;

std::string_view word(Finding::State state) {
  switch (state) {
    case Finding::State::kFine:
      return "ok";
    case Finding::State::kWarning:
      return "warning";
    case Finding::State::kFault:
      return "fault";
  }
  return "";
}

void show(Console& console, const Findings& findings) {
  if (console.json) {
    json list = json::array();
    for (const auto& f : findings)
      list.push_back(
          {{"part", f.part}, {"state", word(f.state)}, {"detail", printable(f.detail, 1000)}, {"remedy", f.remedy}});
    console.out << json{{"checks", list}} << "\n";
    return;
  }
  for (const auto& f : findings) {
    std::string left = f.part;
    left.resize(std::max<std::size_t>(20, left.size() + 2), ' ');
    console.out << left << (f.state == Finding::State::kFine ? "" : std::string(word(f.state)) + ": ")
                << printable(f.detail, 1000) << "\n";
    if (!f.remedy.empty()) console.out << std::string(20, ' ') << f.remedy << "\n";
  }
}

}  // namespace

int run_doctor(Console& console, const Arguments&) {
  Findings findings;
  // With faulty settings the rest is still worth a look, as far as it can be seen.
  auto settings = settings_of(console);
  if (settings) {
    findings.push_back({Finding::State::kFine, "settings", "all well-formed", ""});
  } else {
    for (const auto& fault : settings.error().fields) {
      findings.push_back(
          {Finding::State::kFault, "settings", fault.path + " " + fault.message, "`rapt config` lists every setting."});
    }
  }
  const auto usable = settings ? std::move(settings) : local_settings_of(console);
  if (usable) check_machine(*usable, findings);
  if (findings.front().state == Finding::State::kFine) {
    check_services(*usable, findings);
    check_modules(*usable, findings);
    check_platform(*usable, findings);
  }
  show(console, findings);
  const bool faulty =
      std::any_of(findings.begin(), findings.end(), [](const auto& f) { return f.state == Finding::State::kFault; });
  return faulty ? kFailed : kOk;
}

}  // namespace rapt::cli
