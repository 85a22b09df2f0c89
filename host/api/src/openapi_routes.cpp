// SPDX-License-Identifier: AGPL-3.0-or-later
#include <memory>
#include <mutex>

#include "handlers.hpp"
#include "module_openapi.hpp"
#include "module_routes.hpp"
#include "openapi.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::api {
namespace {

/// The description as it holds for one table of modules' routes.
struct Told {
  ModuleRouteTablePtr table;
  std::string document, tag;
};

/// Made once for each set of modules; the newest is kept.
std::shared_ptr<const Told> told_of(const std::string& own, const ModuleRouteTablePtr& table) {
  static std::mutex mutex;
  static std::shared_ptr<const Told> newest;
  const std::lock_guard lock(mutex);
  if (newest && newest->table == table) return newest;
  auto made = std::make_shared<Told>();
  made->table = table;
  made->document = described_with_modules(own, *table);
  made->tag = "\"" + security::hex(security::sha256(made->document)).substr(0, 32) + "\"";
  newest = made;
  return newest;
}

}  // namespace

Task<Result<Answer>> get_openapi(Call& call) {
  const auto& description = own_description();
  if (!description.faults.empty()) co_return Error::internal("openapi: " + description.faults.front());
  const auto table = co_await module_routes_of(call).table();
  const auto told = told_of(description.document, table);
  http::Response response;
  response.headers.set("ETag", told->tag);
  response.headers.set("Cache-Control", "no-cache");  // keep it, but ask each time whether it still holds
  if (call.request.headers.get("If-None-Match") == told->tag) {
    response.status = 304;
    co_return response;
  }
  response.headers.set("Content-Type", "application/json");
  response.body = told->document;
  co_return response;
}

}  // namespace rapt::api
