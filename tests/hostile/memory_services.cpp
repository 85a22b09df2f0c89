// SPDX-License-Identifier: AGPL-3.0-or-later
#include "memory_services.hpp"

#include <rapt/kv.h>

#include <stdexcept>

#include "rapt/runtime/runtime.hpp"

namespace rapt::hostile {
namespace {

using host::ServiceAnswer;
using host::ServiceRequest;
using sandbox::KvMethod;
using sandbox::Service;

std::string owner_of(const ServiceRequest& request) {
  const auto& scope = request.scope;
  switch (request.numbers.at(0)) {
    case RAPT_KV_GROUP:
      return "group " + scope.group_id;
    case RAPT_KV_TOOL:
      return "tool " + scope.tool_id;
    case RAPT_KV_USER:
      return "user " + scope.user_id;
    case RAPT_KV_SESSION:
      return "session " + scope.session_id;
    default:
      return "module " + request.module;
  }
}

}  // namespace

std::vector<ServiceRequest> MemoryServices::seen() {
  const std::lock_guard lock(mutex_);
  return seen_;
}

ServiceAnswer MemoryServices::kv(const ServiceRequest& request) {
  const std::lock_guard lock(mutex_);
  const std::string key = owner_of(request) + "/" + *request.texts.at(0);
  const auto found = values_.find(key);
  const auto there = found == values_.end() ? std::nullopt : std::optional(found->second);
  switch (static_cast<KvMethod>(request.method)) {
    case KvMethod::kGet:
      return {.texts = {there}};
    case KvMethod::kPut:
      values_[key] = *request.texts.at(1);
      return {};
    case KvMethod::kErase:
      values_.erase(key);
      return {};
    case KvMethod::kAdd: {
      const std::int64_t sum = (there ? std::stoll(*there) : 0) + request.numbers.at(1);
      values_[key] = std::to_string(sum);
      return {.numbers = {sum}};
    }
    case KvMethod::kSwap: {
      const bool same = there == request.texts.at(1);
      if (same) values_[key] = *request.texts.at(2);
      return {.numbers = {same ? 1 : 0}};
    }
    default:
      return {.texts = {"[]"}};
  }
}

Task<void> MemoryServices::wait(bool for_ever) {
  ++waiting;
  try {
    while (for_ever || !released) co_await runtime::sleep_for(std::chrono::milliseconds(1));
  } catch (...) {
    ++cancelled;
    --waiting;
    throw;
  }
  --waiting;
}

Task<ServiceAnswer> MemoryServices::serve(ServiceRequest request) {
  {
    const std::lock_guard lock(mutex_);
    if (seen_.size() < 100) seen_.push_back(request);
  }
  const std::string first = request.texts.at(0).value_or("");
  const bool for_ever = first == "never" || first == "end";
  if (first == "wait" || for_ever) co_await wait(for_ever);
  if (first == "throw") throw std::runtime_error("the database has burnt down");
  ServiceAnswer refused{.status = RAPT_E_NOT_ALLOWED, .complaint = "It asked for what is somebody else's."};
  if (first == "forbidden") co_return refused;
  ServiceAnswer huge{.texts = {std::string(sandbox::kMaxServiceBytes + 1, 'y')}};
  if (first == "huge") co_return huge;
  ServiceAnswer large{.texts = {std::string(sandbox::kMaxServiceBytes, 'y')}};
  if (first == "large") co_return large;
  if (request.service == Service::kKv) co_return kv(request);
  ServiceAnswer fault{.status = RAPT_E_INVALID, .texts = {R"({"sqlstate":"42601"})"}};
  if (first == "fault") co_return fault;
  ServiceAnswer echo{.texts = {request.texts.at(0), request.texts.size() > 1 ? request.texts.at(1) : std::nullopt}};
  co_return echo;
}

}  // namespace rapt::hostile
