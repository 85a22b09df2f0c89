// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rapt/http/message.hpp"

namespace rapt::http {

/// How the bytes of a body may be written (Content-Encoding).
enum class Coding { kIdentity, kGzip, kBrotli };

/// What Accept-Encoding prefers, by its q-values; Brotli before gzip where both are equally welcome. Without the field,
/// and where neither may be used, as it is.
Coding choose_coding(const Headers& request_headers);
/// "br", "gzip", "identity".
std::string_view name_of(Coding coding);
/// The whole body, with little work rather than as small as can be: for answers that are made anew each time. nullopt
/// when the library fails.
std::optional<std::string> encode(Coding coding, std::string_view body);

}  // namespace rapt::http
