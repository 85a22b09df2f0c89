// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/ids.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>

namespace rapt {

namespace {

constexpr std::size_t kLength = 36;

bool is_dash_position(std::size_t index) {
  return index == 8 || index == 13 || index == 18 || index == 23;
}

void fill_random(std::uint8_t* out, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::getrandom(out, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "getrandom");
    out += got;
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace

std::optional<std::string> canonical_uuid(std::string_view text) {
  if (text.size() != kLength) return std::nullopt;
  std::string out(text);
  for (std::size_t i = 0; i < kLength; ++i) {
    char& c = out[i];
    if (is_dash_position(i)) {
      if (c != '-') return std::nullopt;
      continue;
    }
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;
  }
  return out;
}

std::string new_uuid() {
  std::array<std::uint8_t, 16> bytes{};
  fill_random(bytes.data() + 6, 10);
  using namespace std::chrono;
  auto milliseconds_since_epoch =
      static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
  for (int i = 5; i >= 0; --i) {
    bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(milliseconds_since_epoch & 0xff);
    milliseconds_since_epoch >>= 8;
  }
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x70);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(kLength);
  for (const std::uint8_t byte : bytes) {
    if (is_dash_position(out.size())) out += '-';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0x0f];
  }
  return out;
}

}  // namespace rapt
