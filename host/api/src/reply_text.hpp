// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/http/message.hpp"

namespace rapt::chat {
struct Reply;
}

namespace rapt::api {

/// {message, usage}, written straight to text: it is what is asked for most.
void append_reply(std::string& out, const chat::Reply& reply);
/// {"data": …} of the same.
http::Response reply_response(const chat::Reply& reply);

}  // namespace rapt::api
