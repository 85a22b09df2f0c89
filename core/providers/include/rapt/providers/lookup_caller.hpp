// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/providers/provider_caller.hpp"

namespace rapt::providers {

/// What a module answers at the start of a login: an address, or what it has to know before
/// (`rapt.auth-provider/2`).
struct Begin {
  std::string url;               ///< where the browser goes; "" beside a fetch
  std::optional<Fetch> fetch{};  ///< ask this, then ask me again
  std::string memo{};            ///< beside a fetch; at most 8 KiB
};

/// What came of the fetch that the start before asked for.
struct LookedUp {
  Answered answered;
  std::string memo;
};

/// Asks modules where the browser goes, also those that have to look something up before they know. Thread-safe.
class LookupCaller {
 public:
  virtual ~LookupCaller() = default;
  /// `before` at the second and later calls of one login. Fails as ProviderCaller::start does; what comes back has been
  /// checked: sizes, characters, HTTPS, hosts.
  virtual Task<Result<Begin>> begin(std::string module, Start start, std::optional<LookedUp> before) = 0;
};

}  // namespace rapt::providers
