// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "policy.hpp"

namespace rapt::quota {

/// Which models may answer.
struct Chosen {
  std::string model;
  const Level* from = nullptr;           ///< whose default it is; null: the tool's wish, or the environment's
  std::vector<std::string> fallbacks{};  ///< active ones, in their order, without the model itself
  const Level* fallbacks_from = nullptr;
};

/// The tool's wish, else the nearest default of class, group upwards and system, else the environment's.
/// AI_MODEL_NOT_AVAILABLE (kUnprocessable) says which is not to be had, and what an administrator does about it.
Result<Chosen> choose(const Policy& policy, const Catalog& catalog, const std::string& wish,
                      const std::string& environment);
/// The same where a budget holds: a model without a price cannot be reserved for. Fallbacks without one go.
Result<Chosen> only_priced(Chosen chosen, const Catalog& catalog, const Budget& budget);
/// What is asked: as choose(), and where a limit of money holds, as only_priced().
Result<Chosen> choose_within(const Policy& policy, const Catalog& catalog, const std::string& wish,
                             const std::string& environment);
/// The prices of all that may answer, by the names that they are asked by.
std::vector<usage::Call::PricedModel> prices_of(const Chosen& chosen, const Catalog& catalog);

}  // namespace rapt::quota
