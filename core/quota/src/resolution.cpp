// SPDX-License-Identifier: AGPL-3.0-or-later
#include "resolution.hpp"

#include <algorithm>
#include <utility>

#include "rapt/base/text.hpp"

namespace rapt::quota {
namespace {

Error not_available(std::string message) {
  Error error;
  error.kind = ErrorKind::kUnprocessable;
  error.code = "AI_MODEL_NOT_AVAILABLE";
  error.message = std::move(message);
  error.log_detail = error.message;
  return error;
}

std::string whose(const Level& level) {
  return level.place.empty() ? "the system" : level.place;
}

const Catalog::Entry* find(const Catalog& catalog, const std::string& id) {
  const auto found = catalog.models.find(id);
  return found == catalog.models.end() ? nullptr : &found->second;
}

Result<Chosen> chosen_by_tool(const Catalog& catalog, const std::string& wish, const std::string& environment) {
  const auto* entry = find(catalog, wish);
  const auto name = printable(wish);
  if (entry != nullptr && !entry->active)
    return not_available("This tool wants the AI model \"" + name +
                         "\", which is switched off here. An administrator can activate it under AI models.");
  if (entry == nullptr && wish != environment)
    return not_available("This tool wants the AI model \"" + name +
                         "\", which is not set up here. An administrator can add it under AI models, or the tool's "
                         "author names another.");
  return Chosen{.model = wish};
}

Result<Chosen> chosen_by_default(const Policy& policy, const Catalog& catalog, const std::string& environment) {
  for (auto level = policy.levels.rbegin(); level != policy.levels.rend(); ++level) {
    if (!level->default_model) continue;
    const auto* entry = find(catalog, *level->default_model);
    if (entry != nullptr && entry->active) return Chosen{.model = *level->default_model, .from = &*level};
    return not_available("The AI model \"" + *level->default_model + "\", the default of " + whose(*level) +
                         ", is switched off. An administrator can activate it under AI models, or choose another.");
  }
  if (environment.empty())
    return not_available("No AI model is set up here. An administrator can choose one in the AI settings.");
  const auto* entry = find(catalog, environment);
  if (entry != nullptr && !entry->active)
    return not_available(
        "The AI model \"" + environment +
        "\", the default of this installation, is switched off. An administrator can activate it under "
        "AI models, or choose another in the AI settings.");
  return Chosen{.model = environment};
}

}  // namespace

Result<Chosen> choose(const Policy& policy, const Catalog& catalog, const std::string& wish,
                      const std::string& environment) {
  auto chosen =
      wish.empty() ? chosen_by_default(policy, catalog, environment) : chosen_by_tool(catalog, wish, environment);
  if (!chosen) return chosen;
  for (auto level = policy.levels.rbegin(); level != policy.levels.rend(); ++level) {
    if (level->fallback_models.empty()) continue;
    for (const auto& id : level->fallback_models) {
      const auto* entry = find(catalog, id);
      if (entry != nullptr && entry->active && id != chosen->model) chosen->fallbacks.push_back(id);
    }
    chosen->fallbacks_from = &*level;
    break;
  }
  return chosen;
}

Result<Chosen> only_priced(Chosen chosen, const Catalog& catalog, const Budget& budget) {
  const auto priced = [&](const std::string& id) {
    const auto* entry = find(catalog, id);
    return entry != nullptr && entry->price.has_value();
  };
  if (!priced(chosen.model))
    return not_available("The price of the AI model \"" + printable(chosen.model) + "\" is not known, and " +
                         (budget.place.empty() ? std::string("the system") : budget.place) +
                         " has a budget. An administrator can enter it under AI models.");
  std::erase_if(chosen.fallbacks, [&](const std::string& id) { return !priced(id); });
  return chosen;
}

Result<Chosen> choose_within(const Policy& policy, const Catalog& catalog, const std::string& wish,
                             const std::string& environment) {
  auto chosen = choose(policy, catalog, wish, environment);
  if (!chosen) return chosen;
  for (const auto& level : policy.levels) {
    for (const auto& budget : level.budgets) {
      if (budget.cost_limit) return only_priced(std::move(*chosen), catalog, budget);
    }
  }
  return chosen;
}

std::vector<usage::Call::PricedModel> prices_of(const Chosen& chosen, const Catalog& catalog) {
  std::vector<usage::Call::PricedModel> prices;
  const auto add = [&](const std::string& id) {
    const auto* entry = find(catalog, id);
    if (entry != nullptr && entry->price) prices.push_back({id, *entry->price});
  };
  add(chosen.model);
  for (const auto& id : chosen.fallbacks) add(id);
  return prices;
}

}  // namespace rapt::quota
