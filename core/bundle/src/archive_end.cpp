// SPDX-License-Identifier: AGPL-3.0-or-later
// Where an archive ends. Readers of tar and zstd stop there and ignore what follows; here nothing may follow, so that a
// bundle holds nothing which the signature does not cover and no reader looks at.
#include "archive_end.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "names.hpp"

namespace rapt::bundle {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kRecord = 20 * kBlock;  // tar pads to this with zeros

/// RFC 8878, 3.1.1: reads a frame's outline without unpacking it.
class Frame {
 public:
  explicit Frame(std::string_view bytes) : bytes_(bytes) {}

  /// How long the frame is; nullopt when it is damaged.
  std::optional<std::size_t> size() {
    if (number(4) != 0xFD2FB528U) return std::nullopt;
    const auto descriptor = number(1).value_or(0);
    const bool single_segment = (descriptor & 0x20U) != 0, checksum = (descriptor & 4U) != 0;
    constexpr std::array<std::size_t, 4> kDictionary = {0, 1, 2, 4}, kContent = {0, 2, 4, 8};
    const auto flag = descriptor >> 6U;
    at_ += (single_segment ? 0 : 1) + kDictionary[descriptor & 3U] + (flag == 0 && single_segment ? 1 : kContent[flag]);
    for (bool last = false; !last;) {
      const auto header = number(3);
      if (!header) return std::nullopt;
      last = (*header & 1U) != 0;
      const auto type = (*header >> 1U) & 3U;
      at_ += type == 1 ? 1 : *header >> 3U;  // one byte repeated, or so many bytes
    }
    at_ += checksum ? 4 : 0;
    return at_ <= bytes_.size() ? std::optional(at_) : std::nullopt;
  }

 private:
  std::optional<std::uint32_t> number(std::size_t size) {
    if (at_ > bytes_.size() || bytes_.size() - at_ < size) return std::nullopt;
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < size; ++i) out |= std::uint32_t{static_cast<unsigned char>(bytes_[at_++])} << (8 * i);
    return out;
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
};

struct Close {
  void operator()(::archive* handle) const { archive_read_free(handle); }
};

Error damaged_archive() {
  return refuse("The bundle is damaged: its end cannot be read.");
}

}  // namespace

Result<void> check_one_frame(std::string_view archive) {
  const auto size = Frame(archive).size();
  if (!size) return damaged_archive();
  if (*size != archive.size())
    return refuse("The bundle holds " + std::to_string(archive.size() - *size) +
                  " bytes after its compressed archive.");
  return {};
}

Result<void> check_tar_end(std::string_view archive, std::size_t end) {
  std::unique_ptr<::archive, Close> handle(archive_read_new());
  if (!handle) throw std::bad_alloc();
  archive_read_support_filter_zstd(handle.get());
  archive_read_support_format_raw(handle.get());
  archive_entry* entry = nullptr;
  if (archive_read_open_memory(handle.get(), archive.data(), archive.size()) != ARCHIVE_OK ||
      archive_read_next_header(handle.get(), &entry) != ARCHIVE_OK)
    return damaged_archive();
  std::array<char, std::size_t{64} << 10> chunk{};
  std::size_t seen = 0;
  while (true) {
    const auto got = archive_read_data(handle.get(), chunk.data(), chunk.size());
    if (got < 0) return damaged_archive();
    if (got == 0) break;
    const auto size = static_cast<std::size_t>(got);
    const std::string_view behind =
        std::string_view(chunk.data(), size).substr(std::min(size, seen < end ? end - seen : 0));
    if (behind.find_first_not_of('\0') != std::string_view::npos)
      return refuse("The bundle holds bytes after the end of its archive.");
    seen += size;
    if (seen > end + kRecord + kBlock * 2) return refuse("The bundle holds bytes after the end of its archive.");
  }
  return seen >= end + 2 * kBlock ? Result<void>{} : refuse("The bundle is damaged: its archive has no end.");
}

}  // namespace rapt::bundle
