// SPDX-License-Identifier: AGPL-3.0-or-later
#include "documents.hpp"

#include <nlohmann/json.hpp>

#include "rapt/groups/types.hpp"

namespace rapt::groups {

using nlohmann::json;

Result<std::string> merged(const std::string& document, const std::string& patch, const std::string& field) {
  auto whole = json::parse(document, nullptr, false);
  const auto change = json::parse(patch, nullptr, false);
  if (!change.is_object()) return Error::invalid(field, "must be a JSON object");
  if (!whole.is_object()) return Error::internal("a stored " + field + " document is no object");
  whole.merge_patch(change);
  auto text = whole.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > kMaxDocument)
    return Error::invalid(field, "must not be larger than " + std::to_string(kMaxDocument) + " bytes in all");
  return text;
}

std::string inherited(const std::vector<std::string>& chain) {
  json whole = json::object();
  for (const auto& document : chain) {
    const auto own = json::parse(document, nullptr, false);
    if (own.is_object()) whole.merge_patch(own);
  }
  return whole.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace rapt::groups
