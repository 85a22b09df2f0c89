// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "discretion.hpp"
#include "failure.hpp"
#include "rapt/gateway/openai_gateway.hpp"
#include "rapt/http/client.hpp"

namespace rapt::gateway {

/// How long a call has taken, and what is left to it.
class Allowance {
 public:
  explicit Allowance(std::chrono::milliseconds whole) : whole_(whole) {}
  [[nodiscard]] std::chrono::milliseconds used() const;
  [[nodiscard]] std::chrono::milliseconds left() const;  ///< at least one millisecond
  [[nodiscard]] bool lasts(std::chrono::milliseconds longer) const { return used() + longer < whole_; }

 private:
  std::chrono::milliseconds whole_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// A request to the gateway: with the key, the call's name and the limits.
http::ClientRequest to_http(const OpenAiGateway::Options& options, std::string method, std::string_view path,
                            const std::string& call_id, const Allowance& allowance);

/// One try: an answer whose head says 200, or why there is none.
struct Opened {
  std::unique_ptr<http::ClientStream> stream;
  std::optional<Failure> failure{};
};
Task<Opened> open_once(http::Client& client, http::ClientRequest request, const Discretion& discretion);

/// Waits before try number `retry` + 2, when that can help and there is time for it; false when it is given up.
Task<bool> wait_to_retry(const OpenAiGateway::Options& options, const Failure& failure, int retry,
                         const Allowance& allowance);

}  // namespace rapt::gateway
