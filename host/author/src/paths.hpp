// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <system_error>

namespace rapt::author {

/// What cannot be looked at is not there.
inline bool is_there(const std::filesystem::path& path) {
  std::error_code failure;
  return std::filesystem::exists(path, failure);
}

}  // namespace rapt::author
