// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rapt {

/// Appends to a text that grows in small pieces and stays, as thousands of others do: makes room for about a quarter
/// more, where a string by itself makes room for as much again.
void append_sparingly(std::string& text, std::string_view more);

}  // namespace rapt
