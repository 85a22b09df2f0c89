// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rapt::marketplace {

inline constexpr std::size_t kMostScreenshotBytes = std::size_t{2} << 20;
inline constexpr int kMostScreenshots = 8;
inline constexpr std::uint32_t kMostPixels = 8192;  ///< on a side

/// An image's type and size, as its own head says, of the three types that pages show.
struct ImageHead {
  std::string_view content_type;  ///< "image/png", "image/jpeg", "image/webp"
  std::uint32_t width = 0, height = 0;
};
/// nullopt for what is no such image, and for one without a size. Every offset of the stranger's file is checked.
std::optional<ImageHead> image_head(std::string_view bytes);

}  // namespace rapt::marketplace
