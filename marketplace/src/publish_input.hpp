// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "rapt/base/result.hpp"
#include "rapt/http/message.hpp"

namespace rapt::marketplace {

/// kInvalid when the query has a parameter that the address does not know.
Result<void> only_query(const http::Request& request, std::initializer_list<std::string_view> known);

/// One sentence of an error that a machine can tell apart, too.
Error coded(ErrorKind kind, std::string code, std::string message);

/// "" or an https address without blanks, quotes and control characters: what may be linked to.
bool is_link(std::string_view text);

/// What people read on one line: UTF-8, at most `most` characters, no control characters. kInvalid with the field.
Result<void> check_line(std::string_view field, std::string_view text, std::size_t most);

}  // namespace rapt::marketplace
