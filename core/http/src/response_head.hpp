// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/http/message.hpp"

namespace rapt::http {

/// What the connection decides about an answer, whatever the handler asked for.
struct Framing {
  bool http_1_1 = true;
  bool keep_alive = true;
  bool chunked = false;
  std::optional<std::size_t> content_length{};
  std::string request_id{};
};

/// Status line and fields up to the empty line. Fields of the framing that the handler set are left out, and so are
/// fields whose name or value would break out of its line (they are logged).
std::string response_head(int status, const Headers& headers, const Framing& framing);

}  // namespace rapt::http
