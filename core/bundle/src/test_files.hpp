// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/bundle/bundle.hpp"

namespace rapt::bundle::testing {

/// A manifest of the module "sample" by "tester", for this machine.
std::string sample_manifest();
/// Replaces the one occurrence of `from`; a test that finds none is wrong.
std::string with(std::string text, std::string_view from, std::string_view to);
/// manifest.json and a library of a few bytes (no ELF file).
std::map<std::string, File> sample_files();

/// A bill of materials of the sample module.
std::string sample_sbom();

/// One entry as a hostile packer might write it.
struct RawEntry {
  std::string path;
  std::string bytes;
  unsigned type = 0100000;  ///< AE_IFREG
  unsigned mode = 0644;
  std::string link{};  ///< target of a symbolic link
  std::string hard_link{};
};
enum class Format { kUstar, kPax, kGnu, kCpio, kZip };
enum class Filter { kZstd, kGzip, kNone, kZstdTwice };
/// Writes whatever it is asked for.
std::string raw_archive(const std::vector<RawEntry>& entries, Format format = Format::kUstar,
                        Filter filter = Filter::kZstd);
/// Any bytes as one zstd frame.
std::string compressed(std::string_view bytes);
/// manifest.json, the library and `more`.
std::string archive_with(const RawEntry& more);

}  // namespace rapt::bundle::testing
