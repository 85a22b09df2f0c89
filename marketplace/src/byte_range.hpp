// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include "rapt/http/message.hpp"

namespace rapt::marketplace {

/// What part of `size` bytes a request wants (RFC 9110, section 14).
struct ByteRange {
  enum class Kind : std::uint8_t {
    kWhole,      ///< no range, one that is not understood, several, or If-Range names another state
    kPart,       ///< [from, from + count): 206
    kNone,       ///< nothing of it is there: 416
    kUnchanged,  ///< If-None-Match names this state: 304
  } kind = Kind::kWhole;
  std::uint64_t from = 0, count = 0;
};

/// `tag` is the present state, with its quotes. `request` is a GET or a HEAD; a HEAD's range does not count.
ByteRange wanted_range(const http::Request& request, std::string_view tag, std::uint64_t size);

}  // namespace rapt::marketplace
