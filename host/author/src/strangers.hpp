// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <random>
#include <string>

#include "rapt/author/call_case.hpp"

namespace rapt::author {

/// The same call with another text where strangers write: a route's body and query, a payload, a memo.
CallCase with_text(CallCase what, const std::string& text);

/// Something that a stranger may send instead: members missing, of other types, of other values; other words in the
/// path and the query, a body of at most so many bytes. All of it passes what a host checks before it asks a module.
CallCase at_random(CallCase what, std::size_t most_body, std::mt19937_64& random);

}  // namespace rapt::author
