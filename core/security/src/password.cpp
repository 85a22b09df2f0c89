// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/password.hpp"

#include <argon2.h>

#include "openssl.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::security {
namespace {

// OWASP Password Storage Cheat Sheet, second recommended set for Argon2id.
constexpr std::uint32_t kMemoryKib = 19456;
constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

}  // namespace

std::string hash_password(std::string_view password) {
  const std::string salt = random_bytes(kSaltBytes);
  std::string encoded(argon2_encodedlen(kPasses, kMemoryKib, kLanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int status = argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, password.data(), password.size(), salt.data(),
                                           salt.size(), kHashBytes, encoded.data(), encoded.size());
  if (status != ARGON2_OK) give_up("argon2id");
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool verify_password(std::string_view password, const std::string& phc_hash) {
  if (!phc_hash.starts_with("$argon2id$")) return false;
  return argon2id_verify(phc_hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

const std::string& dummy_hash() {
  static const std::string hash = hash_password(new_token());
  return hash;
}

}  // namespace rapt::security
