// SPDX-License-Identifier: AGPL-3.0-or-later
#include "json_asked.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "asked.hpp"
#include "rapt/base/text.hpp"
#include "rapt/sandbox/check.hpp"

namespace rapt::host {

using nlohmann::json;

Result<json> json_asked(const ServiceRequest& request, std::initializer_list<std::string_view> members,
                        unsigned depth) {
  if (!has(request, 1, 0) || !request.texts[0]) return Error::invalid("", "There must be one JSON object.");
  const std::string& text = *request.texts[0];
  if (!sandbox::is_plain_json(text, depth))
    return Error::invalid("", "It is no JSON, or deeper than " + std::to_string(depth) + " levels.");
  json asked = json::parse(text, nullptr, false);
  if (!asked.is_object()) return Error::invalid("", "It must be a JSON object.");
  for (const auto& [name, value] : asked.items()) {
    if (std::find(members.begin(), members.end(), name) == members.end())
      return Error::invalid(printable(name, 80), "There is no such member.");
  }
  // A json converts to almost anything, so it has to be said what is meant.
  return Result<json>(std::in_place, std::move(asked));
}

Result<std::string> text_of(const json& asked, const char* member, std::size_t most) {
  const auto found = asked.find(member);
  if (found == asked.end() || !found->is_string()) return Error::invalid(member, "It must be a text.");
  const auto& text = found->get_ref<const std::string&>();
  if (text.empty() || text.size() > most)
    return Error::invalid(member, "It must have 1 to " + std::to_string(most) + " bytes.");
  return text;
}

ServiceAnswer json_answered(const json& object) {
  return json_refused(RAPT_OK, object);
}

ServiceAnswer json_refused(rapt_status status, const json& object) {
  ServiceAnswer answer;
  answer.status = status;
  answer.texts.push_back(object.dump(-1, ' ', false, json::error_handler_t::replace));
  return answer;
}

ServiceAnswer json_invalid(const Error& error) {
  json fault{{"message", error.message}};
  if (!error.fields.empty()) {
    fault["message"] = error.fields[0].message;
    if (!error.fields[0].path.empty()) fault["field"] = error.fields[0].path;
  }
  return json_refused(RAPT_E_INVALID, fault);
}

}  // namespace rapt::host
