// SPDX-License-Identifier: AGPL-3.0-or-later
#include "public_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace rapt::http {
namespace {

struct Block {
  std::uint32_t start;
  int bits;
};

/// IANA's registry of special-purpose IPv4 addresses, with multicast and what is reserved.
constexpr std::array kNotPublic{
    Block{0x00000000, 8},  Block{0x0A000000, 8},  Block{0x64400000, 10}, Block{0x7F000000, 8},  Block{0xA9FE0000, 16},
    Block{0xAC100000, 12}, Block{0xC0000000, 24}, Block{0xC0000200, 24}, Block{0xC0586300, 24}, Block{0xC0A80000, 16},
    Block{0xC6120000, 15}, Block{0xC6336400, 24}, Block{0xCB007100, 24}, Block{0xE0000000, 4},  Block{0xF0000000, 4},
};

bool is_public_v4(std::uint32_t address) {
  return std::none_of(kNotPublic.begin(), kNotPublic.end(), [address](const Block& block) {
    return (address >> (32 - block.bits)) == (block.start >> (32 - block.bits));
  });
}

bool starts_with(const std::array<std::uint8_t, 16>& bytes, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool is_public_v6(const std::array<std::uint8_t, 16>& bytes) {
  std::uint32_t last = 0;
  std::memcpy(&last, bytes.data() + 12, sizeof last);
  if (starts_with(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return is_public_v4(ntohl(last));  // NAT64
  if ((bytes[0] & 0xE0U) != 0x20U) return false;                           // all but 2000::/3
  if (starts_with(bytes, {0x20, 0x02})) return false;                      // 6to4: holds an IPv4 address
  if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2) return false;  // 2001::/23: Teredo and the like
  return !starts_with(bytes, {0x20, 0x01, 0x0d, 0xb8});                    // documentation
}

}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return is_public_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return is_public_v6(bytes);
}

}  // namespace rapt::http
