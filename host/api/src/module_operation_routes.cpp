// SPDX-License-Identifier: AGPL-3.0-or-later
// Installing, upgrading and removing modules: a plan is shown, consent is given to that plan, and it is done.
#include <nlohmann/json.hpp>

#include "admin_modules.hpp"
#include "marketplace_handlers.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "registry_desk.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::size_t kMostWanted = 64;

Result<std::string> optional_member(const json& object, const char* name, const std::string& path) {
  const auto found = object.find(name);
  if (found == object.end()) return std::string();
  if (found->is_string() && found->get_ref<const std::string&>().size() <= 128) return found->get<std::string>();
  return Error::invalid(path + "." + name, "must be a text of at most 128 bytes");
}

Result<marketplace::Wanted> wanted_of(const json& object, const std::string& path) {
  if (!object.is_object()) return Error::invalid(path, "must be an object");
  for (const auto& [key, value] : object.items()) {
    if (key != "name" && key != "version" && key != "range" && key != "channel")
      return Error::invalid(path + "." + printable(key, 60), "is not known here");
  }
  const auto name = optional_member(object, "name", path), version = optional_member(object, "version", path),
             range = optional_member(object, "range", path), channel = optional_member(object, "channel", path);
  for (const auto* one : {&name, &version, &range, &channel})
    if (!*one) return one->error();
  if (!bundle::is_valid_name(*name)) return Error::invalid(path + ".name", "must be a module's name");
  if (!version->empty() && !range->empty()) return Error::invalid(path, "must have a version or a range, not both");
  if (!version->empty() && !Version::parse(*version))
    return Error::invalid(path + ".version", "must be a version, as 1.2.0");
  if (!range->empty() && !VersionRange::parse(*range))
    return Error::invalid(path + ".range", "must be a range, as ^1.2");
  if (!channel->empty() && !marketplace::parse_channel(*channel))
    return Error::invalid(path + ".channel", "must be stable or beta");
  return marketplace::Wanted{*name, version->empty() ? *range : "=" + version->substr(0, version->find('+')),
                             *channel == "beta"};
}

/// `{"install": […]}` or `{"upload_id"}`, at `path`.
Result<install::PlanRequest> request_of(const json& object, const std::string& path) {
  const auto at = [&](const std::string& name) { return path.empty() ? name : path + "." + name; };
  if (!object.is_object()) return Error::invalid(path, "must be an object");
  for (const auto& [key, value] : object.items())
    if (key != "install" && key != "upload_id") return Error::invalid(at(printable(key, 60)), "is not known here");
  install::PlanRequest out;
  if (object.contains("install") == object.contains("upload_id"))
    return Error::invalid(path, "must have \"install\" or \"upload_id\", and not both");
  if (const auto upload = object.find("upload_id"); upload != object.end()) {
    if (!upload->is_string() || upload->get_ref<const std::string&>().size() > 64)
      return Error::invalid(at("upload_id"), "must be what an upload answered");
    out.upload_id = upload->get<std::string>();
    return out;
  }
  const auto& list = object.at("install");
  if (!list.is_array() || list.empty() || list.size() > kMostWanted)
    return Error::invalid(at("install"), "must name 1 to 64 modules");
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto wanted = wanted_of(list[i], at("install") + "[" + std::to_string(i) + "]");
    if (!wanted) return wanted.error();
    out.install.push_back(std::move(*wanted));
  }
  return out;
}

json parsed(const std::string& text) {
  return json::parse(text, nullptr, false);
}

Error became_another() {
  auto error = Error::conflict(
      "What this would do has changed since you looked at it. Look at the plan again, and agree to that one.");
  error.code = "PLAN_CHANGED";
  return error;
}

}  // namespace

Task<Result<Answer>> post_module_plan(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  json object = json::object();
  if (const auto list = body->optional_json("install")) object["install"] = parsed(*list);
  if (const auto upload = body->optional_text("upload_id", 64)) object["upload_id"] = *upload;
  if (auto fault = body->fault()) co_return std::move(*fault);
  auto request = request_of(object, "");
  if (!request) co_return request.error();
  const auto plan = co_await call.services.registry.market().plan(std::move(*request));
  if (!plan) co_return plan.error();
  co_return data_reply(stored_json(install::encode(*plan)));
}

Task<Result<Answer>> post_module_upload(Call& call) {
  const auto type = call.request.headers.get("Content-Type").value_or("");
  if (type.substr(0, type.find_first_of("; ")) != "application/octet-stream") {
    Error error;
    error.kind = ErrorKind::kUnsupported;
    error.message = "Send the bundle as Content-Type: application/octet-stream.";
    co_return error;
  }
  const auto kept = co_await call.services.registry.market().keep_upload(std::move(call.request.body));
  if (!kept) co_return kept.error();
  const json out = {{"upload_id", kept->id}, {"name", kept->name}, {"version", kept->version}};
  co_return data_reply(out, 201);
}

Task<Result<Answer>> post_module_operation(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  const auto wanted = body->json_text("plan");
  const auto plan_id = body->text("plan_id", 64);
  const auto consent = body->optional_boolean("consent");
  if (auto fault = body->fault()) co_return std::move(*fault);
  auto request = request_of(parsed(wanted), "plan");
  if (!request) co_return request.error();
  if (!consent.value_or(false))
    co_return Error::invalid("consent", "must be true: nothing is installed that nobody has agreed to");
  auto& desk = call.services.registry;
  auto plan = co_await desk.market().plan(std::move(*request));
  if (!plan) co_return plan.error();
  if (plan->id != plan_id) co_return became_another();
  const auto begun = co_await desk.start(std::move(*plan), call.actor.name);
  if (!begun) co_return begun.error();
  const auto operation = co_await desk.market().operations().find(*begun);
  if (!operation) co_return operation.error();
  auto response = data_reply(stored_json(install::encode(*operation)), 202);
  response.headers.set("Location", "/api/v1/admin/module-operations/" + operation->id);
  co_return Answer(std::move(response));
}

Task<Result<Answer>> get_module_operations(Call& call) {
  const auto all = co_await call.services.registry.market().operations().list();
  if (!all) co_return all.error();
  json items = json::array();
  for (const auto& one : *all) items.push_back(stored_json(install::encode(one)));
  co_return list_reply(std::move(items), std::nullopt);
}

Task<Result<Answer>> get_module_operation(Call& call) {
  const auto one = co_await call.services.registry.market().operations().find(call.request.path_parameters.at("id"));
  if (!one) co_return one.error();
  co_return data_reply(stored_json(install::encode(*one)));
}

Task<Result<Answer>> delete_module(Call& call) {
  const auto purge = call.request.query_value("purge").value_or("false");
  if (purge != "true" && purge != "false") co_return Error::invalid("purge", "must be true or false");
  const auto name = path_module(call);
  const auto needing = co_await call.services.registry.market().dependents(name);
  // A module whose manifest cannot be read here must not keep anybody from removing it, or another.
  if (!needing && needing.error().kind != ErrorKind::kInvalid) co_return needing.error();
  if (needing && !needing->empty()) {
    std::string all;
    for (const auto& one : *needing) all += (all.empty() ? "" : "; ") + printable(one, 300);
    co_return Error::conflict("Other modules depend on " + printable(name, 80) + ": " + all + ". Remove them first.");
  }
  auto& installer = call.services.installer;
  Result<void> removed;
  if (purge == "true") {
    removed = co_await installer.purge(name);
  } else {
    removed = co_await installer.remove(name);
  }
  if (!removed) co_return removed.error();
  module_changed(call, name, purge == "true" ? "removed, with all that it kept" : "removed");
  co_return Answer(no_content());
}

}  // namespace rapt::api
