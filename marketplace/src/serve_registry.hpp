// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "rapt/base/address_range.hpp"
#include "rapt/base/result.hpp"

namespace rapt::marketplace {

struct RegistryOptions {
  std::string database_url;
  std::string blobs;                   ///< a folder, or s3://…
  std::filesystem::path uploads;       ///< where archives of releases wait until they are whole
  std::filesystem::path keys;          ///< the folder of online keys
  std::filesystem::path web;           ///< the built pages; "" for none
  std::string public_url;              ///< "" for http://HOST:PORT
  std::filesystem::path rapt_program;  ///< checks submissions; "": an operator looks at each
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::vector<AddressRange> proxies{};
};

/// Serves until SIGTERM or SIGINT. An error when it cannot start, with what to do.
Result<void> serve_registry(const RegistryOptions& options);

}  // namespace rapt::marketplace
