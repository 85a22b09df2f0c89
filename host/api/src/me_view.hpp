// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

namespace rapt::accounts {
struct Profile;
}

namespace rapt::api {

/// {data: Me} with its ETag: the person, what `actor` may where, and how the account stands.
http::Response me_reply(const identity::Actor& actor, const accounts::Profile& profile);
/// The same of somebody whose account is still to be read.
Task<Result<http::Response>> load_me(Call& call, const identity::Actor& actor);

}  // namespace rapt::api
