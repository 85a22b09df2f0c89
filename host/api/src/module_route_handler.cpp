// SPDX-License-Identifier: AGPL-3.0-or-later
// A request on its way to the module that answers it: what the host checks before and after.
#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "module_asker.hpp"
#include "module_handlers.hpp"
#include "module_place.hpp"
#include "module_routes.hpp"
#include "rapt/api/json_body.hpp"
#include "rapt/base/json_text.hpp"
#include "rapt/base/text.hpp"
#include "rapt/host/route_answer.hpp"
#include "rapt/host/supervisor.hpp"

namespace rapt::api {
namespace {

constexpr std::size_t kLongestType = 100;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; });
  return out;
}

/// "application/json" of "Application/JSON; charset=utf-8".
std::string type_of(const http::Request& request) {
  auto type = lower(request.headers.get("Content-Type").value_or(""));
  type.erase(std::min(type.find_first_of("; "), type.size()));
  return printable(type, kLongestType);
}

bool is_json(std::string_view type) {
  return type == "application/json" || type.ends_with("+json");
}

Error unsupported(std::string message) {
  Error error;
  error.kind = ErrorKind::kUnsupported;
  error.message = std::move(message);
  return error;
}

Error no_text(std::string code, std::string message) {
  auto error = Error::invalid("", std::move(message));
  error.code = std::move(code);
  return error;
}

/// Modules get text alone: UTF-8, and whole JSON where the type says so.
Result<void> check_body(const http::Request& request, const std::string& type) {
  if (request.body.empty()) return {};
  if (request.headers.get("Content-Encoding")) return unsupported("Send the body without Content-Encoding.");
  const auto fields = lower(request.headers.get("Content-Type").value_or(""));
  const auto charset = fields.find("charset=");
  if (charset != std::string::npos && fields.find("utf-8", charset) == std::string::npos)
    return unsupported("Send the body in UTF-8.");
  if (!is_utf8(request.body)) return no_text("INVALID_UTF8", "The body is not valid UTF-8.");
  if (request.body.find('\0') != std::string::npos)
    return no_text("", "The body must not contain the character U+0000.");
  return is_json(type) ? check_json_body(request) : Result<void>();
}

template <class Map>
void append_object(std::string& out, const Map& members) {
  const char* before = "{";
  for (const auto& [name, value] : members) {
    out += before;
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
    before = ",";
  }
  out += members.empty() ? "{}" : "}";
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  append_json_string(out, text);
}

std::string input_of(const Call& call, const std::string& asker, const std::string& type) {
  const auto& request = call.request;
  const auto& declared = module_route_of(call)->declared;
  std::string out = R"({"method":")" + declared.method + '"';
  append_member(out, "route", declared.path);
  out += R"(,"parameters":)";
  append_object(out, request.path_parameters);
  out += R"(,"query":)";
  append_object(out, request.query);
  append_member(out, "content_type", type);
  append_member(out, "body", request.body);
  // It has been parsed, so that it can stand here as it came.
  if (is_json(type) && !request.body.empty()) out.append(R"(,"json":)").append(request.body);
  append_member(out, "request_id", request.id);
  return out + "," + asker + "}";
}

host::ModuleCall call_of(const Call& call, const GroupId& group, std::string input) {
  const auto& route = *module_route_of(call);
  host::ModuleCall out{.module = route.offer->module,
                       .point = hooks::Point::kRoute,
                       .input_json = std::move(input),
                       .time_limit = std::chrono::milliseconds(route.declared.timeout_ms)};
  out.about.user.id = call.actor.id.str();
  out.about.group.id = group.str();
  return out;
}

http::Response response_of(host::RouteAnswer answer) {
  http::Response response;
  response.status = answer.status;
  for (auto& [name, value] : answer.headers) response.headers.set(name, std::move(value));
  response.body = std::move(answer.body);
  return response;
}

/// What the reader has already is not sent again.
void spare(const http::Request& request, http::Response& response) {
  const auto known = request.headers.get("If-None-Match");
  const auto tag = response.headers.get("ETag");
  const bool read = request.method == "GET" || request.method == "HEAD";
  if (!read || response.status != 200 || !known || !tag || *known != *tag) return;
  response.status = 304;
  response.body.clear();
}

}  // namespace

Task<Result<Answer>> ask_module_route(Call& call) {
  const auto& route = *module_route_of(call);
  if (route.declared.access == bundle::ManifestAccess::kTeacher &&
      highest_access(call.actor) < bundle::ManifestAccess::kTeacher)
    co_return Error::forbidden("Only teachers and administrators may do this.");
  const auto type = type_of(call.request);
  RAPT_CO_TRY(check_body(call.request, type));
  const auto group = group_of(call.actor);
  const auto asker = co_await asker_json(call, *route.offer, group);
  if (!asker) co_return asker.error();
  auto asked = call_of(call, group, input_of(call, *asker, type));
  auto answer = co_await call.services.modules.ask(std::move(asked));
  if (!answer) co_return answer.error();
  auto read = host::read_route_answer(*answer, route.declared.access == bundle::ManifestAccess::kPublic);
  if (!read) co_return co_await module_lied(call, route.offer->module, read.error().message);
  auto response = response_of(std::move(*read));
  spare(call.request, response);
  co_return response;
}

}  // namespace rapt::api
