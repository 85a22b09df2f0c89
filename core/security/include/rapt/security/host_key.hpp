// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "rapt/base/result.hpp"

namespace rapt::security {

/// Bytes of a key that is made here; a shorter one is refused.
inline constexpr std::size_t kHostKeyBytes = 32;

/// A secret of this host, read from `path`, or made there (mode 0600) when there is none. Of several hosts that start
/// at once on one folder, one makes it and all read it; hosts that share no folder need a copy of the file each.
/// kInvalid, with the file and the remedy, when it cannot be read or made, or is too short.
Result<std::string> host_key(const std::filesystem::path& path);

/// The secrets of a host, each in a file of its folder.
struct HostKeys {
  std::string pseudonyms;  ///< pseudonym.key: under which modules see users; another one makes everybody somebody new
  std::string secrets;  ///< secrets.key: seals second factors, providers' secrets and mails; without it they are lost
};
Result<HostKeys> host_keys(const std::filesystem::path& folder);

}  // namespace rapt::security
