// SPDX-License-Identifier: AGPL-3.0-or-later
#include "acting.hpp"

#include <map>
#include <mutex>

#include <nlohmann/json.hpp>

#include "asked.hpp"
#include "json_asked.hpp"
#include "rapt/base/log.hpp"
#include "rapt/identity/load_actor.hpp"

namespace rapt::host {
namespace {

using identity::Action;
using identity::Subject;

constexpr store::Statement kActive{
    "people.active", "SELECT FROM users WHERE id = $1::uuid AND status = 'active' AND deleted_at IS NULL"};

Error nobody() {
  return Error::forbidden("Nobody has caused this call, so there is nobody on whose behalf to ask.");
}

}  // namespace

identity::Scope Acting::scope(Action action, Subject subject) const {
  if (!everything) return identity::scope_of(actor, action, subject);
  identity::Scope all;
  all.everywhere = true;
  return all;
}

bool Acting::can(Action action, Subject subject, const identity::Place& place) const {
  return everything || identity::can(actor, action, subject, place);
}

Task<Result<Acting>> acting_of(store::Database& database, ServiceScope scope) {
  Acting acting;
  if (scope.user_id.empty()) {
    acting.everything = scope.point == hooks::Point::kJob || scope.point == hooks::Point::kEvent;
    if (!acting.everything) co_return nobody();
    co_return acting;
  }
  const auto id = UserId::parse(scope.user_id);
  if (!id) co_return nobody();
  const auto active = co_await database.query(kActive, store::params(*id));
  if (!active) co_return active.error();
  if (active->empty()) co_return Error::forbidden("The account of the person who caused this call is not active.");
  auto actor = co_await identity::load_actor(database, *id);
  if (!actor) co_return actor.error();
  acting.actor = std::move(*actor);
  co_return acting;
}

ServiceAnswer refusal(const ServiceRequest& request, const Error& error) {
  switch (error.kind) {
    case ErrorKind::kInvalid:
    case ErrorKind::kNotFound:
    case ErrorKind::kConflict:
      return json_invalid(error);
    case ErrorKind::kForbidden: {
      auto answer = json_refused(RAPT_E_NOT_ALLOWED, {{"message", error.message}});
      answer.complaint = error.message;
      return answer;
    }
    case ErrorKind::kTooLarge:
      return refused(RAPT_E_TOO_LARGE);
    default:
      log::warn("module.people_failed", {{"module", request.module},
                                         {"service", std::string(sandbox::permission_of(request.service))},
                                         {"detail", error.log_detail}});
      return refused(RAPT_E_UNAVAILABLE);
  }
}

store::Statement interned(std::string sql) {
  static std::mutex mutex;
  static std::map<std::string, std::string> names;  // by text; neither moves
  const std::lock_guard lock(mutex);
  const auto [entry, made] = names.try_emplace(std::move(sql));
  if (made) entry->second = "people.made_" + std::to_string(names.size());
  return {entry->second.c_str(), entry->first.c_str()};
}

}  // namespace rapt::host
