// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::author {

/// Where an SDK is installed.
struct Sdk {
  std::filesystem::path prefix;
  [[nodiscard]] std::filesystem::path templates() const { return prefix / "share/rapt-sdk/templates"; }
  [[nodiscard]] std::filesystem::path package() const;  ///< the folder of rapt-sdkConfig.cmake
};

/// The SDK at `wanted`; when that is empty, the first of those beside the program `rapt`, around it, and in /usr/local
/// and /usr. kNotFound with all places that were looked at.
Result<Sdk> find_sdk(const std::filesystem::path& wanted);

}  // namespace rapt::author
