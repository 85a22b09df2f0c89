// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace safety {

/// Language that an adult should see. Never a reason to block: a student who is turned away says nothing more.
struct Concern {
  std::string certainty;  ///< "explicit" (about oneself, now) or "possible"
  std::string phrase;     ///< the entry of our list that matched, not the student's words
};

/// The strongest concern in a student's text.
std::optional<Concern> find_concern(std::string_view text);

}  // namespace safety
