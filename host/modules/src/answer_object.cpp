// SPDX-License-Identifier: AGPL-3.0-or-later
#include "answer_object.hpp"

#include <rapt/extension.h>

#include <set>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace rapt::host {

using nlohmann::json;

Result<std::shared_ptr<const json>> read_answer_object(const std::string& answer_json) {
  constexpr int kMostLevels = RAPT_MAX_REPLY_DEPTH;
  std::string fault;
  std::vector<std::set<std::string>> names;
  const auto look = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kMostLevels) fault = "it is nested deeper than " + std::to_string(kMostLevels) + " levels";
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end && !names.empty()) names.pop_back();
    if (event == json::parse_event_t::key && !names.empty() && !names.back().insert(parsed.get<std::string>()).second)
      fault = "it has a name twice in one object";
    return fault.empty();
  };
  auto out = json::parse(answer_json, look, false);
  if (!fault.empty()) return Error::invalid("", fault);
  if (out.is_discarded()) return Error::invalid("", "it is not JSON");
  if (!out.is_object()) return Error::invalid("", "it is no object");
  return std::make_shared<const json>(std::move(out));
}

}  // namespace rapt::host
