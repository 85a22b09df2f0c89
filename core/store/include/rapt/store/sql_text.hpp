// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rapt::store {

/// One statement of a script, and the line of the script, from 1, on which it begins.
struct ScriptPart {
  std::string sql;
  int line = 1;
};

/// Cuts a script at the semicolons that end statements, as psql does: not those in strings, quoted names, dollar
/// quotes, comments, parentheses or the body of a function (BEGIN ATOMIC). Parts without a statement are left out.
std::vector<ScriptPart> split_script(std::string_view script);

/// The first word of a statement in lower case, behind comments and opening parentheses: "select"; "" when there is
/// none.
std::string first_word(std::string_view sql);

}  // namespace rapt::store
