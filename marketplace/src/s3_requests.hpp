// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "rapt/http/client.hpp"
#include "s3_address.hpp"

namespace rapt::marketplace {

struct S3Request {
  std::string method = "GET";
  std::string key;    ///< below the address's base, with nothing in it that would have to be encoded
  std::string query;  ///< "uploads=": in the canonical form, without "?"
  std::string range;  ///< "bytes=0-9", or ""
  std::string body;
  std::string body_sha256;       ///< hexadecimal; "" for an empty body. The store refuses another body than that
  std::uint64_t most_bytes = 0;  ///< of the answer; 0: of a small document
};

/// How often something is tried, and how long the first pause is; each is twice as long as the one before.
struct S3Patience {
  int attempts = 5;
  std::chrono::milliseconds pause{200};
};

/// What a store's answer means when it is none: kNotFound (there is no such key), kUnavailable (try again later), or
/// kUpstream with a sentence for whoever has set it up. `body` is XML, or empty.
Error s3_refusal(int status, std::string_view body, const S3Address& address);
/// What stands between <name> and </name>, the first time; "" when it is not there. Only for what has no entities.
std::string s3_element(std::string_view xml, std::string_view name);

/// Signed requests to a store. Thread-safe.
class S3Requests {
 public:
  S3Requests(S3Address address, S3Credentials credentials, S3Patience patience);

  /// The answer once its head is there, whatever came: no second attempt. kUnavailable when none came.
  Task<Result<std::unique_ptr<http::ClientStream>>> open(S3Request request);
  /// A whole small answer of status 2xx; s3_refusal() for others. What may pass is tried again.
  Task<Result<http::Response>> ask(S3Request request);
  /// Waits before attempt number `attempt` (from 1).
  Task<void> pause(int attempt) const;

  [[nodiscard]] const S3Address& address() const { return address_; }
  [[nodiscard]] int attempts() const { return patience_.attempts; }

 private:
  const S3Address address_;
  const S3Credentials credentials_;
  const S3Patience patience_;
  http::Client client_;
};

}  // namespace rapt::marketplace
