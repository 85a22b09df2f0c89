// SPDX-License-Identifier: AGPL-3.0-or-later
#include <unistd.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "declaration.hpp"
#include "rapt/base/text.hpp"

namespace rapt::config {

namespace {

/// Variables that the launcher, the build and the tests speak to each other with.
constexpr std::array<std::string_view, 7> kOfOthers = {"RAPT_BUILD_DIR", "RAPT_BUNDLES_DIR", "RAPT_INSTANCE",
                                                       "RAPT_LAUNCHER",  "RAPT_PRESET",      "RAPT_SANITIZE",
                                                       "RAPT_SOURCE_DIR"};
constexpr std::size_t kNearEnough = 3;

bool looks_like_ours(std::string_view name) {
  constexpr std::array<std::string_view, 7> kOurs = {"RAPT_",        "AI_",   "CHAT_",  "RATE_LIMIT_",
                                                     "TRUSTED_PROX", "CORS_", "UPDATE_"};
  return std::any_of(kOurs.begin(), kOurs.end(), [&](std::string_view ours) { return name.starts_with(ours); });
}

/// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row[b.size()];
}

std::string sentence(const std::string& name) {
  const auto all = declarations();
  const auto nearest = std::min_element(all.begin(), all.end(), [&](const Declaration& a, const Declaration& b) {
    return distance(name, a.name) < distance(name, b.name);
  });
  std::string out = printable(name) + " is no setting";
  if (distance(name, nearest->name) <= kNearEnough) out += std::string(": did you mean ") + nearest->name + "?";
  return out;
}

}  // namespace

std::vector<std::string> unknown_variables(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    if (!looks_like_ours(name)) continue;
    const auto all = declarations();
    const bool known = std::any_of(all.begin(), all.end(), [&](const Declaration& d) { return name == d.name; });
    const bool of_others = std::find(kOfOthers.begin(), kOfOthers.end(), name) != kOfOthers.end();
    if (!known && !of_others) out.push_back(sentence(name));
  }
  return out;
}

std::vector<std::string> process_variable_names() {
  std::vector<std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    out.emplace_back(text.substr(0, text.find('=')));
  }
  return out;
}

}  // namespace rapt::config
