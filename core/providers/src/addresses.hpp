// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rapt::providers {

/// What stands behind the last "@", in lower case; "" for what is no address.
std::string domain_of(std::string_view email);
/// Whether it is a domain's name as auth_provider_domains keeps it: lower case, with a dot.
bool is_domain(std::string_view text);
/// Whether it can be an account's address.
bool is_email(std::string_view text);
/// Without the space around it.
std::string trimmed(std::string_view text);

}  // namespace rapt::providers
