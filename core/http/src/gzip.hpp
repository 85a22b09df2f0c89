// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rapt::http {

/// As small as zlib makes it, in gzip's format; empty when zlib fails.
std::string gzip(std::string_view bytes);

}  // namespace rapt::http
