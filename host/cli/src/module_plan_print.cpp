// SPDX-License-Identifier: AGPL-3.0-or-later
// A plan for whoever is to agree to it.
#include <ostream>
#include <sstream>

#include "module_market.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/consent.hpp"

namespace rapt::cli {
namespace {

std::string publisher_line(const install::PlannedStep& step) {
  std::string out = step.publisher + (step.is_signed ? ", key " + step.key_id : ", NOT SIGNED");
  out += step.vouched ? ", vouched for by the registry" : ", NOT vouched for by a registry";
  if (step.is_signed && !step.known_publisher) out += "; NEW here: from now on its keys are believed on every host";
  return out;
}

void print_log(std::ostream& out, const std::string& log) {
  if (log.empty()) return;
  out << "  changes\n";
  std::istringstream lines(log);
  int count = 0;
  for (std::string line; count < 20 && std::getline(lines, line); ++count)
    out << "    " << printable(line, 200) << "\n";
  if (count == 20) out << "    …\n";
}

void print_step(std::ostream& out, const install::PlannedStep& step) {
  out << step.name << " " << step.to << ": " << printable(step.title, 100) << "\n";
  if (step.from) out << "  installed  " << *step.from << " (" << step.kind << ")\n";
  out << "  because    " << printable(step.because, 300) << "\n  publisher  " << publisher_line(step)
      << "\n  size       " << human_bytes(step.bytes) << "\n";
  if (step.migrations > 0) out << "  tables     " << step.migrations << " migrations\n";
  if (step.config_required) out << "  settings   it needs some: rapt module settings " << step.name << "\n";
  print_hooks(out, step.hooks, step.removed_hooks, step.from.has_value());
  bool told = false;
  for (const auto& one : step.permissions) {
    if (!one.is_new) continue;
    if (!std::exchange(told, true)) out << "  asks for these permissions:\n";
    out << bundle::asked_in_words(one.asked, "    ");
  }
  for (const auto& grant : step.removed_permissions) out << "  gives up   " << printable(grant, 300) << "\n";
  print_log(out, step.change_log);
}

}  // namespace

std::string human_bytes(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " bytes";
  const auto tenths = bytes * 10 / (bytes < 1024 * 1024 ? 1024 : 1024 * 1024);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + (bytes < 1024 * 1024 ? " KiB" : " MiB");
}

void print_hooks(std::ostream& out, const std::vector<install::PlannedHook>& hooks,
                 const std::vector<std::string>& removed, bool upgrade) {
  for (const auto& hook : hooks) {
    out << "  at " << hook.point << (upgrade && hook.is_new ? ": NEW" : "") << "\n    " << hook.text << "\n";
    if (!hook.change.empty()) out << "    " << hook.change << "\n";
  }
  for (const auto& point : removed) out << "  gives up   the hook " << point << "\n";
}

void print_plan(std::ostream& out, const install::Plan& plan) {
  for (const auto& step : plan.steps) print_step(out, step);
  for (const auto& warning : plan.warnings) out << "WARNING: " << printable(warning, 1000) << "\n";
}

}  // namespace rapt::cli
