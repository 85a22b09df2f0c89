// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/hmac.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "openssl.hpp"

namespace rapt::security {

std::string hmac(HmacAlgorithm algorithm, std::string_view key, std::string_view text) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  const EVP_MD* digest = algorithm == HmacAlgorithm::kSha1 ? EVP_sha1() : EVP_sha256();
  if (HMAC(digest, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), out, &length) == nullptr)
    give_up("HMAC");
  return {reinterpret_cast<const char*>(out), length};
}

}  // namespace rapt::security
