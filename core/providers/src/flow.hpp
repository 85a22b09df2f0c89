// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/identity/auth_service.hpp"
#include "rapt/security/secret_box.hpp"

namespace rapt::providers {

/// What the host remembers of a login while the person is at the provider; the browser carries it, sealed.
struct Flow {
  std::string provider, state, nonce, code_verifier;
  std::string return_to = "/";
  identity::DeviceContext device = identity::DeviceContext::kUnknown;
  TimePoint expires_at{};
};

std::string seal(const security::SecretBox& box, const Flow& flow);
/// STATE_MISMATCH for another provider's, a foreign or a changed one.
Result<Flow> open(const security::SecretBox& box, const std::string& provider, const std::string& sealed);
/// The path when it is one of this site's pages, else "/".
std::string local_path(const std::string& path);

}  // namespace rapt::providers
