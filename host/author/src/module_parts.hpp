// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "rapt/author/scaffold.hpp"

namespace rapt::author {

/// Whether one of a list such as "routes,chat:on_delta" is wanted. Beside hooks and parts: "hooks", any of them;
/// "settings", when it has some; "run", what can be tried with `rapt run`.
bool wants_one_of(const std::string& list, const NewModule& wanted);
/// What stands for `@WORD@` in a template.
std::map<std::string, std::string> words_of(const NewModule& wanted);
/// chat:after_ai: chat_after_ai
std::string file_of(hooks::Point point);

}  // namespace rapt::author
