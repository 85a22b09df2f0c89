// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::security {

using Digest = std::array<std::uint8_t, 32>;

/// SHA-256.
Digest sha256(std::string_view bytes);
std::string to_hex(std::string_view bytes);
std::string hex(const Digest& digest);
Result<std::string> from_hex(std::string_view text);
std::string to_base64url(std::string_view bytes);  ///< without padding
Result<std::string> from_base64url(std::string_view text);

/// `count` bytes from the kernel.
std::string random_bytes(std::size_t count);
/// A fresh secret for a cookie or link: 32 random bytes in base64url.
std::string new_token();
/// Takes the same time wherever they differ (lengths may show).
bool equal_constant_time(std::string_view a, std::string_view b);

/// Ed25519 (RFC 8032). Keys are raw: 32-byte seed, 32-byte public key, 64-byte signature.
struct PublicKey {
  std::array<std::uint8_t, 32> bytes{};
  [[nodiscard]] std::string key_id() const;   ///< hexadecimal SHA-256 of the bytes, first 16 characters
  [[nodiscard]] std::string to_text() const;  ///< base64url
  static Result<PublicKey> from_text(std::string_view text);
  auto operator<=>(const PublicKey&) const = default;
};

/// A signing key. Its bytes are wiped when it goes.
class PrivateKey {
 public:
  static PrivateKey generate();
  static Result<PrivateKey> from_text(std::string_view text);  ///< base64url of the seed
  PrivateKey(PrivateKey&&) noexcept;
  PrivateKey& operator=(PrivateKey&&) noexcept;
  ~PrivateKey();
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] PublicKey public_key() const;
  [[nodiscard]] std::string sign(std::string_view message) const;

 private:
  PrivateKey() = default;
  std::array<std::uint8_t, 32> seed_{};
};

bool verify(const PublicKey& key, std::string_view message, std::string_view signature);

}  // namespace rapt::security
