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

/// "$argon2id$v=19$m=19456,t=2,p=1$": how every hash begins that is made here.
const std::string& present_prefix() {
  static const std::string prefix = "$argon2id$v=" + std::to_string(static_cast<int>(ARGON2_VERSION_NUMBER)) +
                                    "$m=" + std::to_string(kMemoryKib) + ",t=" + std::to_string(kPasses) +
                                    ",p=" + std::to_string(kLanes) + "$";
  return prefix;
}

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

bool is_outdated(const std::string& phc_hash) {
  static const std::size_t length = dummy_hash().size();  // salt and hash are of another size otherwise
  return phc_hash.size() != length || !phc_hash.starts_with(present_prefix());
}

}  // namespace rapt::security
