// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::marketplace {

/// Where an S3-compatible store is: "s3://BUCKET/PREFIX?endpoint=https://…&region=…&path-style=1".
struct S3Address {
  std::string bucket, region;
  std::string endpoint;  ///< "https://s3.eu-central-1.amazonaws.com", without "/" at the end
  std::string base;      ///< what comes before "/ab/abcdef…": bucket and prefix, as a path or in the host's name
};

/// kInvalid with what is wrong with it, and where. Without an endpoint it is Amazon's of the region; with one, the
/// bucket is part of the path unless path-style=0 says otherwise.
Result<S3Address> parse_s3_address(std::string_view text);

struct S3Credentials {
  std::string access_key_id, secret_access_key;
  std::string session_token;  ///< "" for lasting keys
};

using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// MARKETPLACE_S3_ACCESS_KEY_ID, MARKETPLACE_S3_SECRET_ACCESS_KEY and MARKETPLACE_S3_SESSION_TOKEN. kInvalid names the
/// one that is missing or no header's value, and never shows it.
Result<S3Credentials> s3_credentials(const Environment& environment);

}  // namespace rapt::marketplace
