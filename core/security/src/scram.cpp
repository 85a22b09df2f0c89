// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/scram.hpp"

#include <openssl/evp.h>

#include "openssl.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/security/hmac.hpp"

namespace rapt::security {
namespace {

constexpr int kRounds = 4096;  // what PostgreSQL uses itself

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string as_text(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string hmac(std::string_view key, std::string_view text) {
  return security::hmac(HmacAlgorithm::kSha256, key, text);
}

std::string base64(std::string_view raw) {
  std::string out(4 * ((raw.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(raw), static_cast<int>(raw.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

}  // namespace

std::string scram_verifier(std::string_view password, std::string_view salt) {
  Digest salted{};
  if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(salt),
                        static_cast<int>(salt.size()), kRounds, EVP_sha256(), static_cast<int>(salted.size()),
                        salted.data()) != 1)
    give_up("PBKDF2");
  const std::string stored = as_text(sha256(hmac(as_text(salted), "Client Key")));
  return "SCRAM-SHA-256$" + std::to_string(kRounds) + ":" + base64(salt) + "$" + base64(stored) + ":" +
         base64(hmac(as_text(salted), "Server Key"));
}

}  // namespace rapt::security
