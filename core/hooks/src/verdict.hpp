// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "plan.hpp"

namespace rapt::hooks {

/// What Dispatcher and DeltaFilter make of a module's answer alike.

Answer lying(std::string why);
/// Text that can be stored and shown.
bool is_plain(std::string_view text);
/// The rules that hold at every point: an answer that breaks one is no answer. A reason that is no text is dropped.
Answer judged_anywhere(Point point, Answer answer);
/// True for an answer, false for a failure that the fail policy has to map.
bool decided(Answer::Kind kind);

/// Whether a failure of that step ends the round.
bool stops_on_failure(Point point, const Step& step);
void log_failure(Point point, const Step& step, const Answer& answer);
/// Applies the fail policy: the module is skipped (named once), or the outcome is "unavailable". True when it stops.
bool apply_failure(Point point, const Step& step, Outcome& outcome);
void apply_block(const Step& step, std::string reason, Outcome& outcome);
/// Takes the findings over, in the module's own name and about the current message.
void keep_extractions(const Step& step, const Context& context, Answer& answer, Outcome& outcome);
/// Names a module in a list that names each once.
void add_once(std::vector<std::string>& names, const std::string& name);

}  // namespace rapt::hooks
