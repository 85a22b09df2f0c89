// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "call.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/hooks/hook.hpp"

namespace rapt::api {

/// Where a panel is drawn or a file is offered, and as what the caller stands there.
struct ModulePlace {
  std::string kind{};  ///< "class", "assignment", "session", "group", "home" or "system"
  std::string id{};    ///< "" for home and system
  /// The most that the caller is at this place: a student of a class is a user there, its teacher a teacher.
  bundle::ManifestAccess highest = bundle::ManifestAccess::kUser;
  GroupId group{};         ///< whose settings hold there; empty: the system's
  hooks::Context about{};  ///< whom a call is about: the caller, at this place
  [[nodiscard]] bool admits(bundle::ManifestAccess access) const { return access <= highest; }
};

/// The most that the caller is anywhere; kPublic when nobody is logged in.
bundle::ManifestAccess highest_access(const identity::Actor& actor);
/// Whose settings hold for somebody outside of any place: the first of their groups; empty for somebody without any.
GroupId group_of(const identity::Actor& actor);

/// "place_id" of the query, "" where it is not there; kInvalid for one that is none.
Result<std::string> query_place_id(const Call& call);
/// The place, if the caller may see it. kNotFound for who may not know of it, and for an id that is none; kInvalid for
/// a kind that is none ("place") and for an id that is missing or one too many ("place_id"); kForbidden at the system
/// for all but its administrators. Needs a caller who is logged in.
Task<Result<ModulePlace>> find_module_place(Call& call, std::string kind, std::string id);

}  // namespace rapt::api
