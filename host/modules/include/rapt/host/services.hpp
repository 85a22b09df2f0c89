// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/abi.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/hooks/hook.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/sandbox/services.hpp"

namespace rapt::host {

/// Whom a call into a module is about. The host's own ids; a module never sees them.
struct ServiceScope {
  hooks::Point point{};
  std::string tool_id{}, user_id{}, group_id{}, session_id{}, run_id{};
};

/// What a module asks of its host during a call. Hostile: lengths and UTF-8 of the texts are checked, nothing else is.
struct ServiceRequest {
  std::string module{}, version{};
  std::vector<std::string> grants{};  ///< granted at installation: "kv", "http", "http:api.example.org"
  ServiceScope scope{};
  sandbox::Service service{};
  std::uint32_t method = 0;
  std::vector<std::optional<std::string>> texts{};  ///< nullopt: absent
  std::vector<std::int64_t> numbers{};
  std::chrono::steady_clock::time_point deadline{};  ///< of the call that the module is answering
};

struct ServiceAnswer {
  rapt_status status = RAPT_OK;
  std::vector<std::optional<std::string>> texts{};  ///< together at most sandbox::kMaxServiceBytes
  std::vector<std::int64_t> numbers{};
  std::string complaint{};  ///< a sentence for the admin, when what was asked is not allowed; without secrets
};

/// Serves modules. Thread-safe; must outlive the supervisor. Asked only for services whose permission was granted.
class ServiceHost {
 public:
  virtual ~ServiceHost() = default;
  /// Whether a module with that grant may have the service here at all: decides what `get_service` gives.
  [[nodiscard]] virtual bool offers(sandbox::Service service) const = 0;
  /// Never fails: what goes wrong is a status. Cancelled when the module's process has ended.
  virtual Task<ServiceAnswer> serve(ServiceRequest request) = 0;
};

}  // namespace rapt::host
