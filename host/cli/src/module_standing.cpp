// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_standing.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;

std::string sentence(const std::string& text) {
  return printable(text, 500);
}

json json_of(const install::ModulePolicy& policy) {
  return {{"auto_update", std::string(install::name(policy.automatic))},
          {"channel", std::string(marketplace::name(policy.channel))},
          {"pin", policy.pin ? json(*policy.pin) : json(nullptr)},
          {"held", policy.held},
          {"updated_by", policy.updated_by}};
}

}  // namespace

Result<Standings> load_standings(Instance& instance) {
  return runtime::run_blocking(updates::Standings(*instance.database).all());
}

void show_standing(std::ostream& out, const updates::Standing& standing, const std::string& indent) {
  const auto name = standing.policy.module + " " + standing.installed_version;
  if (!standing.yanked.empty())
    out << indent << name << " was withdrawn by its publisher: " << sentence(standing.yanked) << "\n";
  for (const auto& one : standing.advisories)
    out << indent << name << " has a known fault (" << sentence(one.id) << ", " << one.severity
        << "): " << sentence(one.title)
        << (one.fixed.empty() ? ". No version mends it yet." : ". Mended in " + sentence(one.fixed) + ".") << "\n";
  if (standing.update) {
    out << indent << "There is " << standing.policy.module << " " << sentence(standing.update->version) << ".";
    if (!standing.update->held_because.empty()) out << " " << sentence(standing.update->held_because);
    out << "\n";
  }
  if (standing.on_probation) out << indent << name << " was updated by itself, and is being watched.\n";
}

json to_json(const updates::Standing& standing) {
  json advisories = json::array(), update = nullptr;
  for (const auto& one : standing.advisories)
    advisories.push_back({{"id", one.id},
                          {"affected", one.affected},
                          {"fixed", one.fixed},
                          {"severity", one.severity},
                          {"title", one.title},
                          {"url", one.url}});
  if (standing.update)
    update = {{"version", standing.update->version},
              {"needs_consent", standing.update->needs_consent},
              {"held_because", standing.update->held_because}};
  return {{"policy", json_of(standing.policy)},
          {"update", std::move(update)},
          {"yanked", standing.yanked.empty() ? json(nullptr) : json(standing.yanked)},
          {"advisories", std::move(advisories)},
          {"dependents", standing.dependents},
          {"on_probation", standing.on_probation}};
}

}  // namespace rapt::cli
