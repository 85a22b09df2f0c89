// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// The services of the host that a module reaches by a call over the wire, and their functions. Private numbers: the
/// ABI has names and structs (sdk/include/rapt). What a function takes and gives, in the order of its header:
/// texts and numbers.
namespace rapt::sandbox {

enum class Service : std::uint32_t {
  kKv = 1,
  kSql,
  kHttp,
  kMetrics,
  kJobs,
  kEvents,
  kSecrets,
  kDirectory,
  kSessions,
  kGrades,
  kAi
};
inline constexpr std::array kServices{Service::kKv,       Service::kSql,    Service::kHttp,    Service::kMetrics,
                                      Service::kJobs,     Service::kEvents, Service::kSecrets, Service::kDirectory,
                                      Service::kSessions, Service::kGrades, Service::kAi};
inline constexpr std::size_t kServicePlaces = kServices.size() + 1;  ///< for tables by number

enum class KvMethod : std::uint32_t { kGet = 1, kPut, kErase, kAdd, kSwap, kKeys };
enum class SqlMethod : std::uint32_t { kQuery = 1, kTransact };
enum class HttpMethod : std::uint32_t { kRequest = 1 };
enum class MetricsMethod : std::uint32_t { kCount = 1, kObserve };
enum class JobsMethod : std::uint32_t { kEnqueue = 1, kCancel, kList };
enum class EventsMethod : std::uint32_t { kPublish = 1 };
enum class SecretsMethod : std::uint32_t { kList = 1, kSign, kVerify };
enum class DirectoryMethod : std::uint32_t { kRead = 1, kWrite };
enum class SessionsMethod : std::uint32_t { kList = 1, kTranscript };
enum class GradesMethod : std::uint32_t { kRead = 1, kWrite };
enum class AiMethod : std::uint32_t { kChat = 1, kEmbed };

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
    case Service::kJobs:
      return "jobs";
    case Service::kEvents:
      return "events";
    case Service::kSecrets:
      return "secrets";
    case Service::kDirectory:
      return "directory";
    case Service::kSessions:
      return "sessions";
    case Service::kGrades:
      return "grades";
    case Service::kAi:
      return "ai";
  }
  return "";
}

/// The bit of a service in a set of them.
constexpr std::uint32_t bit_of(Service service) {
  return 1u << static_cast<std::uint32_t>(service);
}

/// How many functions a service has that take a JSON object and give one (the header: "request", "answer"); 0: it is
/// none of these.
constexpr std::uint32_t json_methods(Service service) {
  switch (service) {
    case Service::kDirectory:
    case Service::kSessions:
    case Service::kGrades:
    case Service::kAi:
      return 2;
    case Service::kEvents:
      return 1;
    case Service::kJobs:
    case Service::kSecrets:
      return 3;
    default:
      return 0;
  }
}

/// How many texts and numbers a function takes. A question of another shape is asked by nobody honest.
struct ServiceShape {
  std::uint32_t texts, numbers;
  std::uint32_t may_be_absent;  ///< a bit for each text
};
/// nullopt: there is no such function, or it is not asked over the wire (metrics travel with the reply).
constexpr std::optional<ServiceShape> shape_of(Service service, std::uint32_t method) {
  if (service == Service::kKv) {
    switch (static_cast<KvMethod>(method)) {
      case KvMethod::kGet:  // key | scope
      case KvMethod::kErase:
        return ServiceShape{1, 1, 0};
      case KvMethod::kPut:  // key, value | scope, ttl_s
        return ServiceShape{2, 2, 0};
      case KvMethod::kAdd:  // key | scope, delta, ttl_s; gives sum
        return ServiceShape{1, 3, 0};
      case KvMethod::kSwap:  // key, expected, value | scope, ttl_s; gives swapped
        return ServiceShape{3, 2, 1u << 1};
      case KvMethod::kKeys:  // prefix, after | scope, limit; gives json
        return ServiceShape{2, 2, 1u << 1};
    }
  }
  if (service == Service::kSql && method == static_cast<std::uint32_t>(SqlMethod::kQuery))
    return ServiceShape{2, 0, 1u << 1};  // sql, params; gives json
  if (service == Service::kSql && method == static_cast<std::uint32_t>(SqlMethod::kTransact))
    return ServiceShape{1, 0, 0};  // statements; gives json
  if (service == Service::kHttp && method == static_cast<std::uint32_t>(HttpMethod::kRequest))
    return ServiceShape{2, 0, 1u << 1};  // request, body; gives head, answer
  if (method >= 1 && method <= json_methods(service)) return ServiceShape{1, 0, 0};  // request; gives answer
  return std::nullopt;
}

}  // namespace rapt::sandbox
