// SPDX-License-Identifier: AGPL-3.0-or-later
#include <rapt/http.h>

#include "services.hpp"

namespace rapt::runner {
namespace {

rapt_status request(const rapt_host*, rapt_text request, rapt_text body, rapt_text* head, rapt_text* answer) {
  if (head == nullptr || answer == nullptr) return RAPT_E_INVALID;
  *head = *answer = {nullptr, 0};
  if (const rapt_status status = check_json(request, RAPT_HTTP_MAX_REQUEST_BYTES, '{'); status != RAPT_OK)
    return status;
  if (body.data != nullptr) {
    if (const rapt_status status = check_text(body, RAPT_HTTP_MAX_BODY_BYTES); status != RAPT_OK) return status;
  }
  HostAnswer given;
  constexpr auto kMethod = static_cast<std::uint32_t>(sandbox::HttpMethod::kRequest);
  const rapt_status status = ask_host({sandbox::Service::kHttp, kMethod, {request, body}, {}}, given);
  // A question that never reached the host has no answer.
  if (given.area != nullptr) *head = given.text(0);
  if (status == RAPT_OK) *answer = given.text(1);
  return status;
}

const rapt_http_1 http_table = {request};

}  // namespace

const void* const http_service = &http_table;

}  // namespace rapt::runner
