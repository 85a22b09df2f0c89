// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/base/clock.hpp"

// The one way in which a file stands in a release's archive. Of the many that POSIX allows, a reader that compares with
// the one that a writer would have chosen needs to understand none.
namespace rapt::release {

inline constexpr std::size_t kBlock = 512;
using Block = std::array<char, kBlock>;

/// The header of a regular file; nullopt when the path does not fit in (255 bytes, split at a "/" after at most 155).
std::optional<Block> header_of(std::string_view path, std::uint64_t bytes, bool executable, TimePoint built_at);
/// Zeros up to the next whole block.
constexpr std::size_t padding_of(std::uint64_t bytes) {
  return static_cast<std::size_t>((kBlock - bytes % kBlock) % kBlock);
}

// For sentences about a header that is another than expected, and for the first one, whose size is not known before.
std::string path_in(const Block& header);
std::optional<std::uint64_t> size_in(const Block& header);
/// "a symbolic link", "a device"; "" for a regular file.
std::string_view kind_in(const Block& header);

}  // namespace rapt::release
