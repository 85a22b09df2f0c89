// SPDX-License-Identifier: AGPL-3.0-or-later
#include "open_blobs.hpp"

#include <filesystem>
#include <system_error>

#include "disk_blobs.hpp"

namespace rapt::marketplace {

Result<std::unique_ptr<Blobs>> open_blobs(const std::string& where) {
  if (where.find("://") != std::string::npos)
    return Error::invalid("blobs", "must be a folder: stores with an address are not supported yet");
  std::error_code failed;
  std::filesystem::create_directories(where, failed);
  if (failed) return Error::invalid("blobs", "must be a folder that can be written to: " + failed.message());
  return std::make_unique<DiskBlobs>(where);
}

}  // namespace rapt::marketplace
