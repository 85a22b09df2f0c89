// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "call.hpp"
#include "rapt/api/router.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/host/supervisor.hpp"

namespace rapt::api {

/// A route that a module answers. Never changes once it is made.
struct ModuleRoute {
  host::ModuleOfferPtr offer;
  bundle::ManifestRoute declared;
  std::string pattern;  ///< below /api/v1: "/modules/reading-log/notes/:id"
  Route route;          ///< as the host's own are written; its texts are those of this object
};
using ModuleRoutePtr = std::shared_ptr<const ModuleRoute>;

/// A route that a module declares and does not get.
struct RefusedModuleRoute {
  std::string module;
  bundle::ManifestRoute declared;
  std::string why;  ///< a sentence for the admin
};

/// All routes of one set of modules. The host's own always win; of two modules that claim one path the one that was
/// installed first has it.
struct ModuleRouteTable {
  std::vector<host::ModuleOfferPtr> offers;  ///< that it was made of
  std::vector<ModuleRoutePtr> routes;        ///< by their number in `router`
  std::vector<RefusedModuleRoute> refused;
  Router router;
};
using ModuleRouteTablePtr = std::shared_ptr<const ModuleRouteTable>;

/// `offers` in the order in which the modules were installed; `own` has the host's routes.
ModuleRouteTable module_route_table(const std::vector<host::ModuleOfferPtr>& offers, const Router& own);

/// The routes of the running modules. Thread-safe.
class ModuleRoutes {
 public:
  /// Both must outlive it.
  ModuleRoutes(const Services& services, const Router& own) : services_(services), own_(own) {}

  struct Found {
    Router::Match match{};
    ModuleRoutePtr route{};       ///< with Kind::kFound
    std::optional<Error> away{};  ///< the path is a module's that this host cannot ask now
  };
  Task<Found> find(std::string_view method, std::string_view path);
  /// The present table; made anew when other modules or versions run. While the database is away, two modules that
  /// claim one path have it by their names.
  Task<ModuleRouteTablePtr> table();

 private:
  Task<void> tell(const ModuleRouteTable& table);

  const Services& services_;
  const Router& own_;
  std::mutex mutex_;
  ModuleRouteTablePtr table_;
};

/// What every call of the application is: a Call that knows the modules' routes, and its own where a module answers it.
struct ModuleRouteCall : Call {
  ModuleRoutes* routes = nullptr;
  const ModuleRoute* module_route = nullptr;  ///< null for the host's own routes
};
/// nullptr for the host's own routes.
const ModuleRoute* module_route_of(const Call& call);
ModuleRoutes& module_routes_of(const Call& call);

}  // namespace rapt::api
