// SPDX-License-Identifier: AGPL-3.0-or-later
#include "views.hpp"

#include <nlohmann/json.hpp>

#include "rapt/assignments/assignment_service.hpp"
#include "rapt/base/json_parse.hpp"
#include "rapt/base/json_text.hpp"
#include "rapt/chat/types.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/runs/run_service.hpp"
#include "rapt/tools/tool_service.hpp"
#include "rapt/usage/extractions.hpp"
#include "reply_text.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

template <class IdType>
json id_or_null(const IdType& id) {
  return id.empty() ? json(nullptr) : json(id.str());
}

template <class Usage>
void append_usage(std::string& out, const Usage& usage) {
  JsonObject object(out);
  object.boolean("estimated", usage.estimated);
  object.number("input_tokens", usage.input_tokens);
  object.text("model", usage.model);
  object.number("output_tokens", usage.output_tokens);
  object.number("total_tokens", usage.input_tokens + usage.output_tokens);
  object.end();
}

template <class Usage>
json usage_view(const Usage& usage) {
  std::string text;
  append_usage(text, usage);
  return parse_json(text);
}

void append_message(std::string& out, const chat::Message& message) {
  JsonObject object(out);
  object.text("content", message.content);
  object.text("created_at", to_rfc3339(message.created_at));
  object.text("id", message.id.str());
  object.member("meta") += dump(stored_json(message.meta_json));
  object.text_or_null("replaced_at", message.replaced_at ? to_rfc3339(*message.replaced_at) : "");
  object.text_or_null("request_id", message.request_id);
  object.text("role", message.role);
  object.number("seq", message.seq);
  object.end();
}

ordered_json ordered(const std::string& text) {
  auto parsed = ordered_json::parse(text, nullptr, false);
  return parsed.is_discarded() ? ordered_json(nullptr) : parsed;
}

template <class Json>
http::Response reply_with(const Json& data, int status) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.body = "{\"data\":" + data.dump(-1, ' ', false, Json::error_handler_t::replace) + "}";
  return response;
}

}  // namespace

json time_or_null(const std::optional<TimePoint>& time) {
  return time ? json(to_rfc3339(*time)) : json(nullptr);
}

json stored_json(const std::string& text) {
  auto parsed = parse_json(text);
  return parsed.is_discarded() ? json(nullptr) : parsed;
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json view(const identity::Actor& actor) {
  json memberships = json::array();
  for (const auto& m : actor.groups) {
    memberships.push_back({{"group_id", m.group.str()},
                           {"group_name", m.group_name},
                           {"group_type", m.group_type},
                           {"role", std::string(identity::name(m.role))}});
  }
  json classes = json::array();
  for (const auto& c : actor.classes) {
    classes.push_back({{"id", c.id.str()}, {"name", c.name}, {"role", c.teaches ? "teacher" : "student"}});
  }
  return {{"user", {{"id", actor.id.str()}, {"email", actor.email}, {"name", actor.name}}},
          {"roles", actor.roles()},
          {"memberships", std::move(memberships)},
          {"classes", std::move(classes)}};
}

json view(const tools::Tool& tool) {
  const auto& definition = *tool.definition;
  json modules = json::array();
  for (const auto& attachment : definition.modules) modules.push_back(attachment.module);
  return {{"id", tool.id.str()},
          {"name", definition.name},
          {"type", std::string(tools::name(definition.type))},
          {"version", definition.version},
          {"description", definition.description},
          {"subject", definition.subject},
          {"grades", definition.grades},
          {"modules", std::move(modules)},
          {"created_at", to_rfc3339(tool.created_at)}};
}

ordered_json view(const tools::ToolDetails& details) {
  ordered_json out = view(details.tool);
  const auto& definition = *details.tool.definition;
  if (!definition.input_schema_json.empty()) out["input_schema"] = ordered(definition.input_schema_json);
  if (!definition.output_schema_json.empty()) out["output_schema"] = ordered(definition.output_schema_json);
  if (details.definition_yaml) {
    out["definition"] = *details.definition_yaml;
    out["warnings"] = details.warnings;
  }
  return out;
}

json view(const assignments::Assignment& assignment) {
  return {{"id", assignment.id.str()},
          {"name", assignment.name},
          {"instructions", assignment.instructions},
          {"class", {{"id", assignment.class_id.str()}, {"name", assignment.class_name}}},
          {"tool", {{"id", assignment.tool.str()}, {"name", assignment.tool_name}, {"type", assignment.tool_type}}},
          {"available_at", time_or_null(assignment.available_at)},
          {"due_at", time_or_null(assignment.due_at)},
          {"closes_at", time_or_null(assignment.closes_at)},
          {"state", std::string(assignments::name(assignment.state))}};
}

json view(const chat::Session& session) {
  return {{"id", session.id.str()},
          {"tool", {{"id", session.tool.id.str()}, {"name", session.tool.name}, {"type", session.tool.type}}},
          {"tool_version", session.tool_version},
          {"assignment_id", id_or_null(session.assignment)},
          {"state", std::string(chat::name(session.state))},
          {"started_at", to_rfc3339(session.started_at)},
          {"ended_at", time_or_null(session.ended_at)}};
}

json view(const chat::SessionSummary& summary) {
  auto out = view(summary.session);
  out["user"] = {{"id", summary.session.user.str()}, {"name", summary.user_name}};
  out["message_count"] = summary.message_count;
  out["extraction_count"] = summary.extraction_count;
  out["last_message_at"] = time_or_null(summary.last_message_at);
  return out;
}

json view(const chat::Message& message) {
  std::string text;
  append_message(text, message);
  return parse_json(text);
}

void append_reply(std::string& out, const chat::Reply& reply) {
  out.reserve(out.size() + 768 + reply.message.content.size());
  JsonObject object(out);
  append_message(object.member("message"), reply.message);
  append_usage(object.member("usage"), reply.usage);
  object.end();
}

json view(const runs::Run& run) {
  return {{"id", run.id.str()},
          {"tool", {{"id", run.tool.str()}, {"name", run.tool_name}, {"type", run.tool_type}}},
          {"tool_version", run.tool_version},
          {"assignment_id", id_or_null(run.assignment)},
          {"state", std::string(runs::name(run.state))},
          {"input", stored_json(run.input_json)},
          {"output", run.output_json ? stored_json(*run.output_json) : json(nullptr)},
          {"error", run.error_json ? stored_json(*run.error_json) : json(nullptr)},
          {"usage", run.usage ? usage_view(*run.usage) : json(nullptr)},
          {"created_at", to_rfc3339(run.created_at)},
          {"completed_at", time_or_null(run.completed_at)}};
}

json view(const usage::Extraction& extraction) {
  return {{"id", extraction.id.str()},
          {"session_id", id_or_null(extraction.session)},
          {"run_id", id_or_null(extraction.run)},
          {"module", extraction.module},
          {"type", extraction.type},
          {"data", stored_json(extraction.data_json)},
          {"created_at", to_rfc3339(extraction.created_at)},
          {"message_seq", extraction.message_seq > 0 ? json(extraction.message_seq) : json(nullptr)}};
}

http::Response data_reply(const json& data, int status) {
  return reply_with(data, status);
}

http::Response data_reply(const ordered_json& data, int status) {
  return reply_with(data, status);
}

http::Response reply_response(const chat::Reply& reply) {
  http::Response response;
  response.headers.set("Content-Type", "application/json");
  response.body = R"({"data":)";
  append_reply(response.body, reply);
  response.body += '}';
  return response;
}

http::Response no_content() {
  http::Response response;
  response.status = 204;
  return response;
}

http::Response list_reply(json items, const std::optional<std::string>& next_cursor) {
  http::Response response;
  response.headers.set("Content-Type", "application/json");
  response.body = dump(
      json{{"data", std::move(items)}, {"meta", {{"next_cursor", next_cursor ? json(*next_cursor) : json(nullptr)}}}});
  return response;
}

template <class T>
json view_all(const std::vector<T>& items) {
  json out = json::array();
  for (const auto& item : items) out.push_back(view(item));
  return out;
}
template json view_all(const std::vector<tools::Tool>&);
template json view_all(const std::vector<assignments::Assignment>&);
template json view_all(const std::vector<chat::SessionSummary>&);
template json view_all(const std::vector<chat::Message>&);
template json view_all(const std::vector<runs::Run>&);
template json view_all(const std::vector<usage::Extraction>&);

}  // namespace rapt::api
