// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "call.hpp"

namespace rapt::api {

// A browser that has logged in to an account carries a mark of it, an HMAC of the address under this host's key, in the
// cookie rapt_known; of four accounts at most. The mark opens nothing: it spares its bearer the limit that strangers
// share (admission.cpp), so that those who guess from many places cannot keep the owner out.

[[nodiscard]] bool is_known_device(const Call& call, const std::string& account);
/// Marks the browser that gets the answer.
void know_device(const Call& call, http::Headers& answer, const std::string& account);

}  // namespace rapt::api
