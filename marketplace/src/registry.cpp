// SPDX-License-Identifier: AGPL-3.0-or-later
#include "registry.hpp"

#include <functional>

#include <nlohmann/json.hpp>

#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

http::Response reply(int status, const json& body) {
  http::Response out;
  out.status = status;
  out.headers.set("Content-Type", "application/json; charset=utf-8");
  out.headers.set("Cache-Control", "no-cache");
  out.headers.set("X-Content-Type-Options", "nosniff");
  out.body = body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  return out;
}

http::Response fault(int status, std::string_view code, std::string_view message) {
  return reply(status, {{"error", message}, {"code", code}});
}

http::Response to_reply(const Error& error) {
  if (!error.log_detail.empty()) log::error("registry.failed", {{"detail", error.log_detail}});
  switch (error.kind) {
    case ErrorKind::kNotFound:
      return fault(404, "NOT_FOUND", error.message);
    case ErrorKind::kUnavailable:
      return fault(503, "SERVICE_UNAVAILABLE", error.message);
    default:
      return fault(500, "INTERNAL_ERROR", "Something went wrong on the registry's side. It has been recorded.");
  }
}

json to_json(const Published& published) {
  const auto& manifest = published.manifest;
  json out = {{"version", manifest.version},
              {"sha256", published.sha256},
              {"bytes", published.bytes},
              {"key_id", published.key_id},
              {"abi", {{"major", manifest.abi_major}, {"minor", manifest.abi_minor}}},
              {"architectures", json::array()},
              {"hooks", json::array()},
              {"permissions", json::array()}};
  for (const auto& [architecture, path] : manifest.libraries) out["architectures"].push_back(architecture);
  for (const auto& hook : manifest.hooks) out["hooks"].push_back(hook.point);
  for (const auto& permission : manifest.permissions)
    out["permissions"].push_back({{"name", permission.name}, {"reason", permission.reason}});
  return out;
}

/// What the newest version says stands for the module.
json to_json(const Versions& versions) {
  const auto& manifest = versions.begin()->second.manifest;
  json out = {{"name", manifest.name},           {"title", manifest.title},     {"description", manifest.description},
              {"publisher", manifest.publisher}, {"license", manifest.license}, {"versions", json::array()}};
  for (const auto& [version, published] : versions) out["versions"].push_back(to_json(published));
  return out;
}

Result<http::Response> list(const Modules& modules) {
  json data = json::array();
  for (const auto& [name, versions] : modules) data.push_back(to_json(versions));
  return reply(200, {{"data", data}});
}

Result<const Versions*> find(const Modules& modules, const std::string& name) {
  const auto found = modules.find(name);
  if (found == modules.end()) return Error::not_found("module as \"" + printable(name, 80) + "\"");
  return &found->second;
}

Result<http::Response> show(const Modules& modules, const std::string& name) {
  const auto versions = find(modules, name);
  if (!versions) return versions.error();
  return reply(200, {{"data", to_json(**versions)}});
}

Result<http::Response> download(const Modules& modules, const std::string& name, const std::string& wanted) {
  const auto versions = find(modules, name);
  if (!versions) return versions.error();
  for (const auto& [version, published] : **versions) {
    if (published.manifest.version != wanted) continue;
    auto archive = Catalog::archive(published);
    if (!archive) return archive.error();
    http::Response out;
    out.headers.set("Content-Type", "application/octet-stream");
    out.headers.set("Content-Disposition", "attachment; filename=\"" + name + "-" + wanted + ".rapt\"");
    out.headers.set("ETag", "\"" + published.sha256 + "\"");
    out.headers.set("X-Content-Type-Options", "nosniff");
    out.body = std::move(*archive);
    return out;
  }
  return Error::not_found("version \"" + printable(wanted, 80) + "\" of " + name);
}

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto slash = path.find('/');
    out.emplace_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? "" : path.substr(slash);
  }
  return out;
}

using Route = std::function<Result<http::Response>(const Modules&)>;

/// The routes; an empty function for a path that is none.
Route route_of(std::string_view path) {
  const auto parts = segments_of(path);
  if (parts.size() < 2 || parts[0] != "api" || parts[1] != "modules") return {};
  if (parts.size() == 2) return [](const Modules& modules) { return list(modules); };
  if (parts.size() == 3) return [name = parts[2]](const Modules& modules) { return show(modules, name); };
  if (parts.size() == 5 && parts[3] == "download") {
    return [name = parts[2], version = parts[4]](const Modules& modules) { return download(modules, name, version); };
  }
  return {};
}

}  // namespace

Registry::Registry(std::filesystem::path folder) : catalog_(std::move(folder)), disk_({"disk", 2, 256}) {}

http::Response Registry::failure(int status, std::string_view code, std::string_view message, std::string_view) const {
  return fault(status, code, message);
}

Task<http::Response> Registry::answer(const http::Request& request) {
  auto route = route_of(request.path);
  if (request.path == "/health") co_return reply(200, {{"data", {{"status", "ok"}}}});
  if (!route) co_return fault(404, "NOT_FOUND", "There is no such page. The modules are at /api/modules.");
  auto work = [this, route = std::move(route)]() -> Result<http::Response> {
    const auto modules = catalog_.modules();
    if (!modules) return modules.error();
    return route(**modules);
  };
  auto answered = co_await disk_.run(std::move(work));
  co_return answered ? std::move(*answered) : to_reply(answered.error());
}

Task<void> Registry::handle(http::Request& request, http::Responder& responder) {
  if (request.method != "GET") {
    auto refused = fault(405, "METHOD_NOT_ALLOWED", "This registry can only be read.");
    refused.headers.set("Allow", "GET");
    co_return co_await responder.send(std::move(refused));
  }
  auto answered = co_await answer(request);
  co_await responder.send(std::move(answered));
}

}  // namespace rapt::marketplace
