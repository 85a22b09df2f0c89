// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "call.hpp"

namespace rapt::marketplace {

/// A blob that is to be answered with.
struct BlobFile {
  std::string sha256;
  std::uint64_t bytes = 0;
  std::string content_type = "application/octet-stream";
  std::string file_name;  ///< offered for saving; "" for one that pages show
};

/// Answers with the blob or the part that was asked for (Range, If-Range, If-None-Match; 200, 206, 304, 416), in
/// pieces: the memory that it takes does not grow with the file. `delivered` becomes true once its last byte has gone
/// out, so that a download in several parts counts once.
Task<Result<http::Response>> answer_blob(Call& call, BlobFile file, bool& delivered);

}  // namespace rapt::marketplace
