// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace rapt::store {

/// For tests: the server that TEST_REDIS_URL names. Throws when none is named, so that no test passes without one.
inline std::string test_redis_url() {
  const char* url = std::getenv("TEST_REDIS_URL");
  if (url != nullptr && *url != '\0') return url;
  throw std::runtime_error("Set TEST_REDIS_URL to a Redis server. ./rapt test starts one by itself.");
}

}  // namespace rapt::store
