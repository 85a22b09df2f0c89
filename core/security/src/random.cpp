// SPDX-License-Identifier: AGPL-3.0-or-later
#include <sys/random.h>

#include <cerrno>

#include "openssl.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::security {

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  std::size_t filled = 0;
  while (filled < count) {
    const ssize_t got = ::getrandom(out.data() + filled, count - filled, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) give_up("getrandom");
    filled += static_cast<std::size_t>(got);
  }
  return out;
}

std::string new_token() {
  return to_base64url(random_bytes(32));
}

}  // namespace rapt::security
