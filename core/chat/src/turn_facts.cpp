// SPDX-License-Identifier: AGPL-3.0-or-later
#include "turn_facts.hpp"

#include <nlohmann/json.hpp>

#include "rapt/base/json_text.hpp"

namespace rapt::chat {

using nlohmann::json;

std::string to_json(const TurnFacts& facts) {
  const auto& paid = facts.paid;
  std::string out;
  out.reserve(768);  // most of it are ids
  JsonObject object(out);
  object.text("user", paid.user.str());
  object.text("group", paid.group.str());
  object.text("class", paid.class_id.str());
  object.text("tool", paid.tool.str());
  object.text("session", paid.session.str());
  object.text("assignment", paid.assignment.str());
  object.text("model", paid.model);
  object.text("generation", facts.generation_id);
  object.number("input_bytes", static_cast<std::int64_t>(facts.input_bytes));
  object.number("first_seq", facts.first_seq);
  object.boolean("regenerate", facts.regenerate);
  object.member("modified_by") += '[';
  for (const auto& module : facts.modified_by) {
    if (&module != facts.modified_by.data()) out += ',';
    append_json_string(out, module);
  }
  out += ']';
  object.text("request_id", facts.request_id);
  object.number("asked_at", facts.asked_at.time_since_epoch().count());
  if (facts.replaces_from) object.number("replaces_from", *facts.replaces_from);
  object.end();
  return out;
}

std::optional<TurnFacts> parse_facts(const std::string& text) {
  const auto in = json::parse(text, nullptr, false);
  if (!in.is_object()) return std::nullopt;
  try {
    const auto said = [&in](const char* member) { return in.at(member).get<std::string>(); };
    TurnFacts facts;
    auto& paid = facts.paid;
    paid.user = UserId::trusted(said("user"));
    paid.group = GroupId::trusted(said("group"));
    paid.class_id = ClassId::trusted(said("class"));
    paid.tool = ToolId::trusted(said("tool"));
    paid.session = SessionId::trusted(said("session"));
    paid.assignment = AssignmentId::trusted(said("assignment"));
    paid.model = said("model");
    paid.request_type = "chat";
    paid.outcome = usage::Outcome::kAbandoned;
    facts.generation_id = said("generation");
    facts.input_bytes = in.at("input_bytes").get<std::size_t>();
    facts.first_seq = in.at("first_seq").get<std::int64_t>();
    facts.regenerate = in.at("regenerate").get<bool>();
    facts.modified_by = in.at("modified_by").get<std::vector<std::string>>();
    facts.request_id = said("request_id");
    facts.asked_at = TimePoint(std::chrono::microseconds(in.at("asked_at").get<std::int64_t>()));
    if (in.contains("replaces_from")) facts.replaces_from = in.at("replaces_from").get<std::int64_t>();
    return facts;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace rapt::chat
