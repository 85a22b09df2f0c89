// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::store {

struct RedisAddress {
  std::string host = "127.0.0.1";
  int port = 6379;
  std::string socket;  ///< path; then host and port do not count
  std::string user;
  std::string password;
  int database = 0;
};

/// redis://[[user]:password@]host[:port][/db] or unix:///path[?db=n]; the parts of the former percent-decoded. kInvalid
/// never repeats the URL, because it may hold a password.
Result<RedisAddress> parse_redis_url(std::string_view url);

}  // namespace rapt::store
