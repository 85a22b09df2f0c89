// SPDX-License-Identifier: AGPL-3.0-or-later
#include "service_names.hpp"

#include <vector>

namespace rapt::author {
namespace {

using sandbox::Service;

/// From 1, in the order of their numbers.
std::vector<const char*> functions_of(Service service) {
  switch (service) {
    case Service::kKv:
      return {"get", "put", "erase", "add", "swap", "keys"};
    case Service::kSql:
      return {"query", "transact"};
    case Service::kHttp:
      return {"request"};
    case Service::kJobs:
      return {"enqueue", "cancel", "list"};
    case Service::kEvents:
      return {"publish"};
    case Service::kSecrets:
      return {"list", "sign", "verify"};
    case Service::kDirectory:
    case Service::kGrades:
      return {"read", "write"};
    case Service::kSessions:
      return {"list", "transcript"};
    case Service::kAi:
      return {"chat", "embed"};
    default:
      return {};
  }
}

}  // namespace

std::string call_name(Service service, std::uint32_t method) {
  const auto functions = functions_of(service);
  const auto name = std::string(sandbox::permission_of(service)) + ".";
  return method >= 1 && method <= functions.size() ? name + functions[method - 1] : name + std::to_string(method);
}

}  // namespace rapt::author
