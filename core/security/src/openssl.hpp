// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string_view>

namespace rapt::security {

struct FreePkey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreePkey>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigestContext>;

/// Ends the process: a primitive that cannot fail has failed, and going on would mean working without it.
[[noreturn]] void give_up(const char* what);

inline const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace rapt::security
