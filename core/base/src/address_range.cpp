// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/address_range.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace rapt {
namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kV4Bits = 32;
constexpr unsigned kAllBits = 128;
constexpr std::size_t kCustomerBytes = 8;

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string name(text);
  if (name.size() >= INET6_ADDRSTRLEN || name.find('\0') != std::string::npos) return std::nullopt;
  IpAddress address;
  if (::inet_pton(AF_INET6, name.c_str(), address.bytes_.data()) == 1) return address;
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes_.begin());
  if (::inet_pton(AF_INET, name.c_str(), address.bytes_.data() + kV4Prefix.size()) == 1) return address;
  return std::nullopt;
}

bool IpAddress::is_v4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes_.begin());
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (is_v4()) {  // every request has one, and inet_ntop formats it by printf
    char* end = out.data();
    for (std::size_t i = kV4Prefix.size(); i < bytes_.size(); ++i) {
      if (end != out.data()) *end++ = '.';
      end = std::to_chars(end, out.data() + out.size(), bytes_[i]).ptr;
    }
  } else {
    ::inet_ntop(AF_INET6, bytes_.data(), out.data(), out.size());
  }
  return out.data();
}

std::string IpAddress::network() const {
  if (is_v4()) return text();
  IpAddress first = *this;
  std::fill(first.bytes_.begin() + kCustomerBytes, first.bytes_.end(), std::uint8_t{0});
  return first.text() + "/64";
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  AddressRange range;
  range.first_ = *address;
  if (slash == std::string_view::npos) return range;
  const std::string_view digits = text.substr(slash + 1);
  const unsigned most = address->is_v4() ? kV4Bits : kAllBits;
  unsigned bits = 0;
  const auto [stop, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (fault != std::errc{} || stop != digits.data() + digits.size() || bits > most) return std::nullopt;
  range.bits_ = kAllBits - most + bits;
  return range;
}

bool AddressRange::holds(const IpAddress& address) const {
  for (unsigned bit = 0; bit < bits_; bit += 8) {
    const unsigned left = std::min(8U, bits_ - bit);
    const auto mask = static_cast<std::uint8_t>(0xff00U >> left);
    if (((first_.bytes_[bit / 8] ^ address.bytes_[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace rapt
