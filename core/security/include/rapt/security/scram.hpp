// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rapt::security {

/// What PostgreSQL keeps of a password (SCRAM-SHA-256, RFC 5803): given to CREATE ROLE in its place, the password is in
/// no statement and in no log. `password` is ASCII; `salt` has 16 random bytes.
std::string scram_verifier(std::string_view password, std::string_view salt);

}  // namespace rapt::security
