// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "rapt/api/quota.hpp"
#include "rapt/http/message.hpp"
#include "rapt/http/server.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/identity/login_check.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt {
class Clock;
namespace accounts {
class AccountService;
}
namespace assignments {
class AssignmentService;
}
namespace chat {
class ChatService;
}
namespace classes {
class ClassService;
}
namespace config {
struct Settings;
}
namespace host {
class Supervisor;
}
namespace groups {
class GroupService;
}
namespace hooks {
class Dispatcher;
class ModuleCatalog;
}  // namespace hooks
namespace identity {
class AuthService;
}
namespace install {
class Installer;
}
namespace journal {
class ModuleJournal;
}
namespace module_settings {
class Administration;
class LiveSettings;
}  // namespace module_settings
namespace providers {
class ProviderService;
}
namespace quota {
class Administration;
}
namespace security {
class SecretBox;
}
namespace runs {
class RunService;
}
namespace store {
class Database;
class Redis;
}  // namespace store
namespace tools {
class ToolService;
}
namespace users {
class UserService;
}
}  // namespace rapt

namespace rapt::api {

class GatewayVerdict;
class Limits;
class ModuleSet;
class RegistryDesk;

/// Everything that a route may ask; made once by serve().
struct Services {
  const config::Settings& settings;
  const Clock& clock;
  const security::SecretBox& box;
  store::Database& database;
  store::Redis& redis;
  identity::AuthService& auth;
  accounts::AccountService& accounts;
  users::UserService& users;
  providers::ProviderService& providers;
  tools::ToolService& tools;
  groups::GroupService& groups;
  classes::ClassService& classes;
  assignments::AssignmentService& assignments;
  chat::ChatService& chat;
  runs::RunService& runs;
  GatewayVerdict& gateway;
  host::Supervisor& modules;
  hooks::Dispatcher& dispatcher;
  install::Installer& installer;
  journal::ModuleJournal& journal;
  ModuleSet& module_set;
  Limits& limits;
  quota::Administration& ai;
  const hooks::ModuleCatalog& catalog;
  module_settings::Administration& module_settings;
  module_settings::LiveSettings& live_settings;
  RegistryDesk& registry;
};

/// What a route has begun before the request was let in.
class Opened {
 public:
  virtual ~Opened() = default;
  /// The request is refused: as if nothing had been begun.
  virtual Task<void> withdraw() = 0;
};

/// One request on its way through a route.
struct Call {
  http::Request& request;
  http::Responder& responder;
  Services& services;
  identity::Actor actor;             ///< empty on public routes
  std::string scheme{};              ///< that the client used, where a trusted proxy says so
  std::optional<Quota> quota;        ///< how the limit stands that applies, or that refused
  std::unique_ptr<Opened> opened{};  ///< by the route's `open`, for its handler
};

/// What a route answers: a response, or nothing because it has streamed its answer already.
using Answer = std::optional<http::Response>;
using RouteHandler = Task<Result<Answer>> (*)(Call& call);

/// Begins the work of a request in one statement with the check of the caller's login, which is likely to hold. Answers
/// what that check says, or nothing when it has not been made: then the login is checked by itself, and the handler
/// begins. Nothing else is known of the caller, so what it begins can be withdrawn, and nobody is told of it.
using RouteOpening = Task<Result<std::optional<identity::CheckedLogin>>> (*)(Call& call, identity::LoginCheck login);

/// Who may call a route at all. Which objects are reached is the services' business.
enum class Access {
  kPublic,
  kLoggedIn,
  kAdmin,  ///< administrators of the system or of a group
  kSystemAdmin,
};

/// How a route's calls are counted (limits.hpp).
enum class Tier {
  kApi,   ///< by person, or by address without a login
  kAuth,  ///< what guessing would use: by account and address together, and loosely by address
  kNone,  ///< never limited: whether the system lives
};

struct Route {
  const char* method;
  const char* pattern;
  Access access;
  RouteHandler handler;
  Tier tier = Tier::kApi;
  std::size_t max_body_bytes = 0;  ///< 0: the server's usual limit
  bool secret =
      false;  ///< answers may hold a secret: never kept, never compressed; all below /auth/ are taken for such
  RouteOpening open = nullptr;  ///< of a route that everybody who is logged in may call
};

}  // namespace rapt::api
