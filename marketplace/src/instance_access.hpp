// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/http/message.hpp"
#include "rapt/store/database.hpp"

namespace rapt::marketplace {

/// What an instance shows to be itself: its id and a secret, "ID.SECRET". Only the secret's SHA-256 is kept.
struct InstanceToken {
  std::string text;
  std::string secret_sha256;  ///< hexadecimal
};
InstanceToken new_instance_token(const std::string& id);

/// The instance whose token the request carries ("Authorization: Bearer TOKEN"). Where the path has an `:id`, it has to
/// be the same. kUnauthorized.
Task<Result<std::string>> recognize_instance(store::Database& database, const http::Request& request);

}  // namespace rapt::marketplace
