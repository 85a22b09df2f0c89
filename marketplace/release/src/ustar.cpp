// SPDX-License-Identifier: AGPL-3.0-or-later
#include "ustar.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace rapt::release {
namespace {

// POSIX.1-2017, pax, "ustar Interchange Format": offset and length of each field.
struct Place {
  std::size_t at, length;
};
constexpr Place kName{0, 100}, kMode{100, 8}, kOwner{108, 8}, kGroup{116, 8}, kSize{124, 12}, kTime{136, 12},
    kChecksum{148, 8}, kType{156, 1}, kMagic{257, 8}, kDevMajor{329, 8}, kDevMinor{337, 8}, kPrefix{345, 155};
constexpr std::string_view kUstar{
    "ustar\0"
    "00",
    8};

void put(Block& block, Place place, std::string_view text) {
  std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(place.at));
}

/// Octal digits with a NUL behind them.
bool put_number(Block& block, Place place, std::uint64_t number) {
  for (auto at = place.length - 1; at-- > 0; number >>= 3U)
    block[place.at + at] = static_cast<char>('0' + (number & 7U));
  return number == 0;
}

void put_checksum(Block& block) {
  put(block, kChecksum, "        ");
  const auto sum = std::accumulate(block.begin(), block.end(), 0U,
                                   [](unsigned all, char c) { return all + static_cast<unsigned char>(c); });
  put_number(block, {kChecksum.at, kChecksum.length - 1}, sum);  // ends with NUL and a space
  block[kChecksum.at + 6] = '\0';
}

bool put_path(Block& block, std::string_view path) {
  if (path.size() <= kName.length) return put(block, kName, path), true;
  const auto slash = path.find('/', path.size() - kName.length - 1);
  if (slash == std::string_view::npos || slash > kPrefix.length || slash + 1 == path.size()) return false;
  put(block, kPrefix, path.substr(0, slash));
  put(block, kName, path.substr(slash + 1));
  return true;
}

std::string_view text_in(const Block& block, Place place) {
  const std::string_view field(block.data() + place.at, place.length);
  return field.substr(0, field.find('\0'));
}

}  // namespace

std::optional<Block> header_of(std::string_view path, std::uint64_t bytes, bool executable, TimePoint built_at) {
  Block out{};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(built_at).time_since_epoch().count();
  if (!put_path(out, path) || seconds < 0) return std::nullopt;
  put_number(out, kMode, executable ? 0755 : 0644);
  put_number(out, kOwner, 0);
  put_number(out, kGroup, 0);
  if (!put_number(out, kSize, bytes) || !put_number(out, kTime, static_cast<std::uint64_t>(seconds)))
    return std::nullopt;
  put(out, kType, "0");
  put(out, kMagic, kUstar);
  put_number(out, kDevMajor, 0);
  put_number(out, kDevMinor, 0);
  put_checksum(out);
  return out;
}

std::string path_in(const Block& header) {
  const auto prefix = text_in(header, kPrefix), name = text_in(header, kName);
  return std::string(prefix) + (prefix.empty() ? "" : "/") + std::string(name);
}

std::optional<std::uint64_t> size_in(const Block& header) {
  std::uint64_t out = 0;
  const auto text = text_in(header, kSize);
  for (const char digit : text) {
    if (digit < '0' || digit > '7') return std::nullopt;
    out = out * 8 + static_cast<std::uint64_t>(digit - '0');
  }
  return text.empty() ? std::nullopt : std::optional(out);
}

std::string_view kind_in(const Block& header) {
  switch (header[kType.at]) {
    case '0':
      return "";
    case '1':
      return "a hard link";
    case '2':
      return "a symbolic link";
    case '3':
    case '4':
      return "a device";
    case '5':
      return "a folder";
    case '6':
      return "a pipe";
    case 'x':
    case 'g':
      return "an extension of pax";
    default:
      return "of an unknown kind";
  }
}

}  // namespace rapt::release
