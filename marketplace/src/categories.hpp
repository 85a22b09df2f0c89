// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace rapt::marketplace {

/// What a module is for. A fixed list, so that every registry's pages and filters speak alike.
struct Category {
  std::string_view name, title;
};
inline constexpr std::array kCategories{
    Category{"safety", "Safety and wellbeing"},
    Category{"assessment", "Assessment and feedback"},
    Category{"analytics", "Insight for teachers"},
    Category{"accessibility", "Accessibility and languages"},
    Category{"content", "Content and lessons"},
    Category{"integration", "Integration with other systems"},
    Category{"login", "Login"},
    Category{"administration", "Administration"},
    Category{"other", "Everything else"},
};

inline bool is_category(std::string_view name) {
  return std::any_of(kCategories.begin(), kCategories.end(), [name](const Category& one) { return one.name == name; });
}

}  // namespace rapt::marketplace
