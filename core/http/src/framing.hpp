// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/http/message.hpp"

namespace rapt::http {

/// What is wrong with the fields that say where a request ends, as a sentence; empty when nothing is. Stricter than the
/// parser: where two servers might read different ends, one of them takes a body for a request (RFC 9112, 6.3 and
/// 11.2).
std::string framing_fault(const Headers& headers, bool http_1_1);
/// A field that goes on in the next line, which RFC 9112, 5.2 lets a server refuse. `head` is a whole header.
bool has_folded_field(std::string_view head);

}  // namespace rapt::http
