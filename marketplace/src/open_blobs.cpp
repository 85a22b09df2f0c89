// SPDX-License-Identifier: AGPL-3.0-or-later
#include "open_blobs.hpp"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "disk_blobs.hpp"
#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"
#include "s3_blobs.hpp"

namespace rapt::marketplace {
namespace {

Result<std::unique_ptr<Blobs>> open_s3(const std::string& where, const Environment& environment) {
  auto address = parse_s3_address(where);
  if (!address) return address.error();
  auto credentials = s3_credentials(environment);
  if (!credentials) return credentials.error();
  auto out = std::make_unique<S3Blobs>(std::move(*address), std::move(*credentials));
  const auto usable = runtime::run_blocking(out->probe());
  if (!usable && usable.error().kind != ErrorKind::kUnavailable)
    return Error::invalid("blobs", "cannot be used: " + usable.error().message);
  if (!usable) log::warn("blobs.away", {{"detail", usable.error().log_detail}});
  return out;
}

}  // namespace

std::optional<std::string> process_environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<std::unique_ptr<Blobs>> open_blobs(const std::string& where, const Environment& environment) {
  if (where.find("://") != std::string::npos) return open_s3(where, environment);
  std::error_code failed;
  std::filesystem::create_directories(where, failed);
  if (failed) return Error::invalid("blobs", "must be a folder that can be written to: " + failed.message());
  return std::make_unique<DiskBlobs>(where);
}

}  // namespace rapt::marketplace
