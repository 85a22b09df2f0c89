// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::http {

struct Target {
  std::string path;
  std::multimap<std::string, std::string> query;
};

/// Decodes the target of a request line: origin form, or absolute form of which the origin is dropped.
/// Refused (kInvalid, INVALID_UTF8 where that is the fault): bad percent signs, control characters, "." and ".."
/// segments whether encoded or not, text that is not UTF-8. A slash that was encoded stays encoded, as "%2F".
Result<Target> parse_target(std::string_view target);

/// True for what may be taken over as X-Request-Id: 1 to 64 of letters, digits, "-", "_" and ".".
bool is_sane_request_id(std::string_view id);

}  // namespace rapt::http
