// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/quota/quota_service.hpp"

#include <utility>

#include "rapt/base/clock.hpp"

namespace rapt::quota {

QuotaService::QuotaService(Parts parts) : parts_(std::move(parts)) {}

Task<Result<Grant>> QuotaService::admit(Ask ask) {
  Grant grant;
  grant.call.id = ask.call_id.empty() ? new_uuid() : std::move(ask.call_id);
  grant.call.day = to_rfc3339(parts_.clock.now()).substr(0, 10);
  grant.model = ask.model.empty() ? parts_.default_model : std::move(ask.model);
  co_return grant;
}

Task<Result<usage::Call>> QuotaService::recall(Ask ask) {
  usage::Call call;
  call.id = std::move(ask.call_id);
  call.day = to_rfc3339(parts_.clock.now()).substr(0, 10);
  call.reserved = true;  // perhaps; settling finds out
  co_return call;
}

}  // namespace rapt::quota
