// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rapt::host {

/// What a module sees instead of a user's id: the same person is recognizable within one tool and module, and nowhere else.
/// HMAC-SHA-256 (RFC 2104) over tool, module and user, the first 128 bits in hexadecimal. "" for no user.
std::string pseudonym(std::string_view key, std::string_view tool_id, std::string_view module, std::string_view user_id);

}  // namespace rapt::host
