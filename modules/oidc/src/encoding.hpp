// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oidc {

/// For a query or a form: everything but unreserved characters as %XX.
std::string percent(std::string_view text);
/// base64url without padding (RFC 4648).
std::string to_base64url(std::string_view bytes);
/// The bytes of base64url without padding (RFC 4648); nullopt for any other text.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace oidc
