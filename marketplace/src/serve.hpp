// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace rapt::marketplace {

struct ServeOptions {
  std::filesystem::path folder;  ///< of .rapt files
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
};

/// Serves until SIGTERM or SIGINT. 0 after an orderly end, 1 when it cannot start (the reason is on standard error).
int serve(const ServeOptions& options);

}  // namespace rapt::marketplace
