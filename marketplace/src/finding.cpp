// SPDX-License-Identifier: AGPL-3.0-or-later
#include "finding.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::marketplace {

constexpr std::size_t kMaxSentence = 1000;

std::string encode_findings(const std::vector<Finding>& findings) {
  static constexpr std::array<std::string_view, 4> kLevels{"ok", "note", "warning", "error"};
  auto out = nlohmann::json::array();
  for (const auto& one : findings) {
    // A sentence may repeat what a stranger has written into a bundle.
    out.push_back({{"check", one.check},
                   {"level", kLevels.at(static_cast<std::size_t>(one.level))},
                   {"text", printable(one.text, kMaxSentence)}});
  }
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool has_error(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const auto& one) { return one.level == Finding::Level::kError; });
}

}  // namespace rapt::marketplace
