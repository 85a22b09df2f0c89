// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dressed_responder.hpp"

#include "security_headers.hpp"
#include "session_cookie.hpp"

namespace rapt::api {

void DressedResponder::dress(http::Headers& headers) const {
  add_security_headers(headers, false);
  if (extended_token_) set_session_cookie(headers, *extended_token_, production_);
}

Task<void> DressedResponder::send(http::Response response) {
  dress(response.headers);
  status_ = response.status;
  co_await inner_.send(std::move(response));
}

Task<http::EventStream*> DressedResponder::open_event_stream(http::Headers extra) {
  dress(extra);
  auto* stream = co_await inner_.open_event_stream(std::move(extra));
  co_return stream;
}

}  // namespace rapt::api
