// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/abi.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/host/capabilities.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::host {

/// A clock that tests move.
class TestClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return at; }
  TimePoint at = *parse_time("2026-02-01T08:00:00Z");
};

using Texts = std::vector<std::optional<std::string>>;
using Numbers = std::vector<std::int64_t>;

inline constexpr const char* kTestUser = "00000000-0000-7000-8000-000000000201";
inline constexpr const char* kTestGroup = "00000000-0000-7000-8000-000000000102";

template <class Method>
ServiceRequest service_request(sandbox::Service service, Method method, Texts texts, Numbers numbers) {
  ServiceRequest request;
  request.module = "sample";
  request.version = "1.0.0";
  request.service = service;
  request.method = static_cast<std::uint32_t>(method);
  request.texts = std::move(texts);
  request.numbers = std::move(numbers);
  request.deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  return request;
}

}  // namespace rapt::host
