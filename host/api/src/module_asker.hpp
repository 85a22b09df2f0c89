// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "call.hpp"
#include "rapt/base/ids.hpp"

namespace rapt::host {
struct ModuleOffer;
}

namespace rapt::api {

/// What the inputs of routes, panels and exports have in common (rapt/routes.h), as members of a JSON object
/// without its braces: "caller" (the module's pseudonym of who asks, their highest role, their groups and classes; null
/// when nobody is logged in), "settings" (the module's for that group, without secrets), "locale" and "now_ms". Fails
/// as the database does.
Task<Result<std::string>> asker_json(Call& call, const host::ModuleOffer& offer, GroupId group);

/// A line in the module's log, for its administrator. What cannot be stored is in the host's log alone.
Task<void> tell_admin(const Services& services, std::string module, std::string text);
/// The module has answered something of another shape than agreed: `what` ("its status is no number") goes into the
/// logs, at most twenty times a minute for each module. Returns what the caller is told (502, MODULE_FAILED).
Task<Error> module_lied(Call& call, std::string module, std::string what);

}  // namespace rapt::api
