// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rapt {

/// Appends `text` as a JSON string with its quotes (RFC 8259): for large texts on hot paths, where building a document
/// first would cost several copies. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace rapt
