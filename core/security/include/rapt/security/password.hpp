// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rapt::security {

/// Argon2id with OWASP's parameters: 19,456 KiB of memory, 2 passes, 1 lane, 16-byte salt. Blocks for tens of
/// milliseconds: call it on a pool. Returns the PHC string ($argon2id$v=19$m=19456,t=2,p=1$…).
std::string hash_password(std::string_view password);
/// Constant-time; false also for a malformed hash. Verify against `dummy_hash()` when the account is unknown, so that
/// both cases take equally long.
bool verify_password(std::string_view password, const std::string& phc_hash);
const std::string& dummy_hash();
/// Whether `phc_hash` was made with other parameters than hash_password() uses; true also for a malformed one.
bool is_outdated(const std::string& phc_hash);

}  // namespace rapt::security
