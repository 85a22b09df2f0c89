// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

/// The services of the host that a module reaches by a call over the wire, and their functions. Private numbers: the
/// ABI has names and structs (sdk/include/rapt/draft). What a function takes and gives, in the order of its header:
/// texts and numbers.
namespace rapt::sandbox {

enum class Service : std::uint32_t { kKv = 1, kSql = 2, kHttp = 3, kMetrics = 4 };

enum class KvMethod : std::uint32_t { kGet = 1, kPut, kErase, kAdd, kSwap, kKeys };
enum class SqlMethod : std::uint32_t { kQuery = 1, kTransact };
enum class HttpMethod : std::uint32_t { kRequest = 1 };
enum class MetricsMethod : std::uint32_t { kCount = 1, kObserve };

inline constexpr std::uint32_t kMaxServiceTexts = 8, kMaxServiceNumbers = 8;
inline constexpr std::size_t kMaxServiceBytes = std::size_t{1} << 20;  ///< of the texts of one request or answer

/// The permission that a service needs; "" for a number that is no service.
constexpr std::string_view permission_of(Service service) {
  switch (service) {
    case Service::kKv:
      return "kv";
    case Service::kSql:
      return "sql";
    case Service::kHttp:
      return "http";
    case Service::kMetrics:
      return "metrics";
  }
  return "";
}

}  // namespace rapt::sandbox
