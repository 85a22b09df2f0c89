// SPDX-License-Identifier: AGPL-3.0-or-later
#include "blobs.hpp"

#include "rapt/base/file.hpp"
#include "rapt/release/archive.hpp"

namespace rapt::marketplace {

Task<Result<void>> Blobs::put_file(std::string sha256, std::filesystem::path file) {
  auto bytes = read_file(file, release::kMaxArchiveBytes);
  if (!bytes) co_return Error::internal("blobs: " + bytes.error().message);
  co_return co_await put(std::move(sha256), std::move(*bytes));
}

}  // namespace rapt::marketplace
