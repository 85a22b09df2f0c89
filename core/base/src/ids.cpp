// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/ids.hpp"

#include <pthread.h>
#include <sys/random.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace rapt {

namespace {

constexpr std::size_t kLength = 36;

bool is_dash_position(std::size_t index) {
  return index == 8 || index == 13 || index == 18 || index == 23;
}

/// How often this process or the one it was forked from has been a child since counting began.
std::uint64_t forks() {
  static std::atomic<std::uint64_t> count{0};
  static const int watching = ::pthread_atfork(nullptr, nullptr, [] { ++count; });
  if (watching != 0) throw std::system_error(watching, std::generic_category(), "pthread_atfork");
  return count.load(std::memory_order_relaxed);
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

/// The kernel's randomness, fetched for many ids at once. What has been handed out is wiped, and a forked child, which
/// would hand out the same again, fetches its own.
void take_random(std::uint8_t* out, std::size_t size) {
  thread_local std::array<std::uint8_t, 256> store;
  thread_local std::size_t left = 0;
  thread_local std::uint64_t of_fork = 0;
  const std::uint64_t now = forks();
  if (left < size || of_fork != now) {
    fill_random(store.data(), store.size());
    left = store.size();
    of_fork = now;
  }
  left -= size;
  std::memcpy(out, store.data() + left, size);
  std::memset(store.data() + left, 0, size);
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
  take_random(bytes.data() + 6, 10);
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
