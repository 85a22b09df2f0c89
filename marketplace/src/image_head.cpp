// SPDX-License-Identifier: AGPL-3.0-or-later
#include <string>

#include "screenshots.hpp"

namespace rapt::marketplace {
namespace {

using namespace std::string_view_literals;

/// A number of `count` bytes at `at`; nullopt beyond the end.
std::optional<std::uint32_t> big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  if (at > bytes.size() || bytes.size() - at < count) return std::nullopt;
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < count; ++i) out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

std::optional<std::uint32_t> little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  if (at > bytes.size() || bytes.size() - at < count) return std::nullopt;
  std::uint32_t out = 0;
  for (std::size_t i = count; i-- > 0;) out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

std::optional<ImageHead> sized(std::string_view type, std::optional<std::uint32_t> width,
                               std::optional<std::uint32_t> height) {
  if (!width || !height || *width == 0 || *height == 0) return std::nullopt;
  return ImageHead{type, *width, *height};
}

std::optional<ImageHead> png(std::string_view bytes) {
  if (bytes.substr(12, 4) != "IHDR") return std::nullopt;
  return sized("image/png", big_endian(bytes, 16, 4), big_endian(bytes, 20, 4));
}

/// Goes from marker to marker, to the first start of a frame.
std::optional<ImageHead> jpeg(std::string_view bytes) {
  for (std::size_t at = 2; at + 4 <= bytes.size();) {
    const auto marker = big_endian(bytes, at, 2);
    if (!marker || *marker >> 8 != 0xff) return std::nullopt;
    const auto kind = *marker & 0xff;
    const bool frame = kind >= 0xc0 && kind <= 0xcf && kind != 0xc4 && kind != 0xc8 && kind != 0xcc;
    if (frame) return sized("image/jpeg", big_endian(bytes, at + 7, 2), big_endian(bytes, at + 5, 2));
    const auto length = big_endian(bytes, at + 2, 2);
    if (!length || *length < 2) return std::nullopt;
    at += 2 + *length;
  }
  return std::nullopt;
}

std::optional<ImageHead> webp(std::string_view bytes) {
  const auto kind = bytes.substr(12, 4);
  constexpr std::uint32_t kSide = 0x3fff;
  if (kind == "VP8X") {
    const auto width = little_endian(bytes, 24, 3), height = little_endian(bytes, 27, 3);
    if (!width || !height) return std::nullopt;
    return sized("image/webp", *width + 1, *height + 1);
  }
  if (kind == "VP8L") {
    const auto packed = little_endian(bytes, 21, 4);
    if (!packed || bytes[20] != '\x2f') return std::nullopt;
    return sized("image/webp", (*packed & kSide) + 1, (*packed >> 14 & kSide) + 1);
  }
  if (kind != "VP8 " || bytes.substr(23, 3) != "\x9d\x01\x2a"sv) return std::nullopt;
  const auto width = little_endian(bytes, 26, 2), height = little_endian(bytes, 28, 2);
  if (!width || !height) return std::nullopt;
  return sized("image/webp", *width & kSide, *height & kSide);
}

}  // namespace

std::optional<ImageHead> image_head(std::string_view bytes) {
  constexpr std::size_t kShortest = 30;  // no whole image of these types is shorter
  if (bytes.size() < kShortest) return std::nullopt;
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return png(bytes);
  if (bytes.starts_with("\xff\xd8\xff")) return jpeg(bytes);
  if (bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") return webp(bytes);
  return std::nullopt;
}

}  // namespace rapt::marketplace
