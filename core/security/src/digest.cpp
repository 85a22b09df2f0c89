// SPDX-License-Identifier: AGPL-3.0-or-later
#include <openssl/crypto.h>

#include <cstdlib>

#include "openssl.hpp"
#include "rapt/base/log.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::security {

void give_up(const char* what) {
  log::error("cryptography_failed", {{"operation", what}});
  std::abort();
}

Digest sha256(std::string_view text) {
  // Looking the algorithm up takes longer than a short digest: once, and for as long as the program runs.
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Digest digest{};
  unsigned int size = 0;
  if (kAlgorithm == nullptr || EVP_Digest(text.data(), text.size(), digest.data(), &size, kAlgorithm, nullptr) != 1 ||
      size != digest.size()) {
    give_up("sha256");
  }
  return digest;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace rapt::security
