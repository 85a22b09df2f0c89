// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rapt::marketplace {

/// One thing that was looked at in a submission, told to its publisher and to whoever reviews it.
struct Finding {
  enum class Level : std::uint8_t { kOk, kNote, kWarning, kError };
  std::string check;  ///< "signature", "libraries", "conformance", …
  Level level = Level::kOk;
  std::string text;  ///< a sentence
};

/// `[{check, level, text}]`, as the column `findings` and the API hold them.
std::string encode_findings(const std::vector<Finding>& findings);
bool has_error(const std::vector<Finding>& findings);

}  // namespace rapt::marketplace
