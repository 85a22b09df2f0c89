// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/gateway/gateway.hpp"

namespace rapt::demo {

/// What the demonstration model says in a conversation: a question that leads a step further, in Markdown with $maths$.
/// It follows from the messages alone, so the same conversation gets the same answer. It never states a solution.
std::string tutor_answer(const std::vector<gateway::Message>& messages);

}  // namespace rapt::demo
