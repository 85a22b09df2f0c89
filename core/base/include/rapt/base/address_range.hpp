// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rapt {

/// An IPv4 or IPv6 address; IPv4 in IPv6 (::ffff:192.0.2.1) is the IPv4 address. A plain value.
class IpAddress {
 public:
  /// nullopt unless `text` is an address and nothing else: no port, no brackets, no zone.
  static std::optional<IpAddress> parse(std::string_view text);
  [[nodiscard]] bool is_v4() const;
  /// The usual short form.
  [[nodiscard]] std::string text() const;
  /// The network that one customer has: the address itself, of IPv6 its first 64 bits.
  [[nodiscard]] std::string network() const;
  bool operator==(const IpAddress&) const = default;

 private:
  friend class AddressRange;
  std::array<std::uint8_t, 16> bytes_{};  ///< IPv4 as ::ffff:a.b.c.d
};

/// An address or a block of them: 10.0.0.0/8, ::1, fd00::/8.
class AddressRange {
 public:
  static std::optional<AddressRange> parse(std::string_view text);
  [[nodiscard]] bool holds(const IpAddress& address) const;

 private:
  IpAddress first_;
  unsigned bits_ = 128;
};

}  // namespace rapt
