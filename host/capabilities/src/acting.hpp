// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/host/services.hpp"
#include "rapt/identity/ability.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/store/database.hpp"

namespace rapt::host {

/// On whose behalf a module asks about people.
struct Acting {
  bool everything = false;  ///< a job or event by itself: what its administrator has granted
  identity::Actor actor{};  ///< else: the person who caused the call

  [[nodiscard]] identity::Scope scope(identity::Action action, identity::Subject subject) const;
  [[nodiscard]] bool can(identity::Action action, identity::Subject subject, const identity::Place& place) const;
  /// The module may touch what only system administrators touch otherwise.
  [[nodiscard]] bool is_everybody() const { return everything || actor.is_system_admin(); }
};

/// kForbidden for a call that no person caused and that is no job or event, and for a person whose account is not
/// active (any more).
Task<Result<Acting>> acting_of(store::Database& database, ServiceScope scope);

/// The answer to a failure: RAPT_E_INVALID for kInvalid, kNotFound and kConflict, RAPT_E_NOT_ALLOWED for kForbidden,
/// each with {"message", "field"?}; RAPT_E_TOO_LARGE; otherwise RAPT_E_UNAVAILABLE, the reason in the host's log.
ServiceAnswer refusal(const ServiceRequest& request, const Error& error);

/// A statement made of parts, whose text and name stay for as long as the process: the parts are few and the host's
/// own.
store::Statement interned(std::string sql);

}  // namespace rapt::host
