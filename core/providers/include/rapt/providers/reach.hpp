// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rapt::providers {

inline constexpr std::size_t kMaxUrlBytes = 8192;
/// Among the granted hosts: addresses of private networks count as well.
inline constexpr std::string_view kPrivateGrant = "private";

/// The host of an address that may be fetched or sent to a browser, in lower case and without a port: HTTPS, no user, a
/// plain host, visible ASCII without quotes, angle brackets and backslashes, at most kMaxUrlBytes. nullopt for any
/// other text.
std::optional<std::string> https_host(std::string_view url);

/// Every HTTPS address among the (nested) values of a JSON object, as it stands there; none for what is no JSON.
std::vector<std::string> addresses_in(std::string_view settings_json);
/// The hosts of every HTTPS address among the (nested) values of a JSON object; none for what is no JSON.
std::vector<std::string> hosts_in(std::string_view settings_json);

/// Whether `granted` (ProviderCaller::reachable_hosts) lets the module reach that address: its host by name, below a
/// "*.name", or with "@settings" one of the hosts of the addresses in the settings, which the administrator wrote.
/// kPrivateGrant among them is no name.
bool may_reach(const std::vector<std::string>& granted, std::string_view settings_json, std::string_view url);

}  // namespace rapt::providers
