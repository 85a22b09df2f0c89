// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string_view>

#include "rapt/release/archive.hpp"

namespace rapt::release {

/// Where the files of an archive go. Each is announced, handed on in pieces, and ended when its digest was right.
class FileSink {
 public:
  virtual ~FileSink() = default;
  virtual Result<void> manifest(const Manifest& manifest, std::string_view text) = 0;
  virtual Result<void> begin(const File& file) = 0;
  virtual Result<void> piece(std::string_view bytes) = 0;
  virtual Result<void> end() = 0;
};

/// Goes through the whole archive, as inspect() describes.
Result<Manifest> read_archive(const std::filesystem::path& archive, FileSink& sink, const Progress& progress);

}  // namespace rapt::release
