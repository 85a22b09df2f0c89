// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_routes.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "module_asker.hpp"
#include "module_handlers.hpp"
#include "rapt/base/log.hpp"
#include "rapt/store/database.hpp"

namespace rapt::api {
namespace {

using bundle::ManifestAccess;
using host::ModuleOfferPtr;

constexpr std::string_view kApi = "/api/v1";
constexpr std::string_view kModules = "/modules/";
constexpr std::ptrdiff_t kMostParts = 16;  ///< that a router knows
constexpr int kRetrySeconds = 5;
constexpr store::Statement kOrder{"module_routes_order", "SELECT name FROM modules ORDER BY installed_at, name"};

std::string pattern_of(const std::string& module, const std::string& path) {
  if (path.starts_with(kApi)) return path.substr(kApi.size());
  return std::string(kModules) + module + path;
}

Access access_of(ManifestAccess access) {
  switch (access) {
    case ManifestAccess::kPublic:
      return Access::kPublic;
    case ManifestAccess::kUser:
    case ManifestAccess::kTeacher:  // the handler looks: the host's own routes have no such rule
      return Access::kLoggedIn;
    case ManifestAccess::kGroupAdmin:
      return Access::kAdmin;
    case ManifestAccess::kSystemAdmin:
      break;
  }
  return Access::kSystemAdmin;
}

bool is_granted(const host::ModuleOffer& offer, const std::string& path) {
  return std::any_of(offer.grants.begin(), offer.grants.end(), [&](const std::string& grant) {
    constexpr std::string_view kGrant = "routes:";
    return grant.starts_with(kGrant) && path.starts_with(std::string_view(grant).substr(kGrant.size()));
  });
}

ModuleRoutePtr made(const ModuleOfferPtr& offer, const bundle::ManifestRoute& declared) {
  auto out = std::make_shared<ModuleRoute>();
  out->offer = offer;
  out->declared = declared;
  out->pattern = pattern_of(offer->module, declared.path);
  out->route = {out->declared.method.c_str(), out->pattern.c_str(), access_of(declared.access), ask_module_route};
  return out;
}

/// A whole path reaches into the host's own space, so it is looked at more closely. "" when it may be.
std::string fault_of(const ModuleRoute& route, const Router& own) {
  const auto& path = route.declared.path;
  const bool whole = path.starts_with("/api");
  if (whole && !is_granted(*route.offer, path)) return "No administrator has granted this path.";
  if (whole && route.pattern.starts_with(kModules))
    return "Paths below /api/v1/modules/ belong to the module of that name.";
  if (std::count(route.pattern.begin(), route.pattern.end(), '/') > kMostParts)
    return "It has more than " + std::to_string(kMostParts) + " parts.";
  if (own.find(route.declared.method, route.pattern).kind != Router::Match::Kind::kNoSuchPath)
    return "The host has this path itself.";
  return {};
}

class Maker {
 public:
  explicit Maker(const Router& own) : own_(own) {}

  void add(const ModuleOfferPtr& offer, bool whole) {
    auto declared = offer->routes;
    // Of two routes of a module that fit one path, the one with fewer parameters is meant.
    const auto parameters = [](const auto& one) { return std::count(one.path.begin(), one.path.end(), ':'); };
    std::stable_sort(declared.begin(), declared.end(),
                     [&](const auto& a, const auto& b) { return parameters(a) < parameters(b); });
    for (const auto& one : declared) {
      if (one.path.starts_with("/api") == whole) add(made(offer, one));
    }
  }
  ModuleRouteTable take() { return std::move(table_); }

 private:
  void add(ModuleRoutePtr route) {
    auto why = fault_of(*route, own_);
    if (why.empty()) {
      const auto there = table_.router.find(route->declared.method, route->pattern);
      const bool taken = there.kind == Router::Match::Kind::kFound;
      const auto& holder = taken ? table_.routes[there.index]->offer->module : route->offer->module;
      if (holder != route->offer->module) why = "The module " + holder + ", which was installed first, has this path.";
    }
    if (!why.empty()) {
      table_.refused.push_back({route->offer->module, route->declared, std::move(why)});
      return;
    }
    table_.router.add(route->declared.method, route->pattern);
    table_.routes.push_back(std::move(route));
  }

  const Router& own_;
  ModuleRouteTable table_;
};

Error away(const std::string& module) {
  Error error = Error::unavailable(module, "The module " + module + " does not run at the moment. Try again later.");
  error.code = "MODULE_UNAVAILABLE";
  error.retry_after_seconds = kRetrySeconds;
  return error;
}

}  // namespace

const ModuleRoute* module_route_of(const Call& call) {
  return static_cast<const ModuleRouteCall&>(call).module_route;
}

ModuleRoutes& module_routes_of(const Call& call) {
  return *static_cast<const ModuleRouteCall&>(call).routes;
}

ModuleRouteTable module_route_table(const std::vector<ModuleOfferPtr>& offers, const Router& own) {
  Maker maker(own);
  for (const bool whole : {false, true}) {
    for (const auto& offer : offers) maker.add(offer, whole);
  }
  return maker.take();
}

Task<ModuleRoutes::Found> ModuleRoutes::find(std::string_view method, std::string_view path) {
  const auto present = co_await table();
  Found found{.match = present->router.find(method, path)};
  if (found.match.kind == Router::Match::Kind::kFound) found.route = present->routes[found.match.index];
  if (found.match.kind != Router::Match::Kind::kNoSuchPath || !path.starts_with(kModules)) co_return found;
  path.remove_prefix(kModules.size());
  const std::string module(path.substr(0, path.find('/')));
  // What a refused bundle would have answered, nobody knows.
  const auto facts = services_.modules.facts(module);
  if (facts && !facts->problem.empty()) found.away = away(module);
  co_return found;
}

Task<ModuleRouteTablePtr> ModuleRoutes::table() {
  auto offers = services_.modules.offers();
  {
    const std::lock_guard lock(mutex_);
    if (table_ && table_->offers == offers) co_return table_;
  }
  std::map<std::string, std::size_t> order;
  const auto rows = co_await services_.database.query(kOrder);
  for (std::size_t i = 0; rows && i < rows->size(); ++i) order.emplace((*rows)[i].text("name"), i);
  auto sorted = offers;
  const auto rank = [&order](const ModuleOfferPtr& offer) {
    const auto found = order.find(offer->module);
    return found == order.end() ? order.size() : found->second;
  };
  std::stable_sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  auto fresh = module_route_table(sorted, own_);
  fresh.offers = std::move(offers);
  const auto shared = std::make_shared<const ModuleRouteTable>(std::move(fresh));
  if (!rows) co_return shared;  // asked anew next time: who was first is not known
  {
    const std::lock_guard lock(mutex_);
    if (table_ && table_->offers == shared->offers) co_return table_;
    table_ = shared;
  }
  co_await tell(*shared);
  co_return shared;
}

Task<void> ModuleRoutes::tell(const ModuleRouteTable& table) {
  for (const auto& route : table.refused) {
    const auto name = route.declared.method + " " + route.declared.path;
    log::warn("module.route_refused", {{"module", route.module}, {"route", name}, {"reason", route.why}});
    auto line = "Its route " + name + " is not offered. " + route.why;
    co_await tell_admin(services_, route.module, std::move(line));
  }
}

}  // namespace rapt::api
