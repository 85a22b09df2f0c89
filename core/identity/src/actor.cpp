// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/actor.hpp"

#include <algorithm>
#include <array>

#include "ltree_path.hpp"

namespace rapt::identity {
namespace {

constexpr std::array kRoleNames{std::string_view("student"), std::string_view("teacher"),
                                std::string_view("group_admin"), std::string_view("system_admin")};

}  // namespace

std::string_view name(GroupRole role) {
  return kRoleNames.at(static_cast<std::size_t>(role));
}

std::optional<GroupRole> parse_group_role(std::string_view name) {
  const auto found = std::find(kRoleNames.begin(), kRoleNames.end(), name);
  if (found == kRoleNames.end()) return std::nullopt;
  return static_cast<GroupRole>(found - kRoleNames.begin());
}

bool Actor::is_system_admin() const {
  return std::any_of(groups.begin(), groups.end(), [](const auto& g) { return g.role == GroupRole::kSystemAdmin; });
}

bool Actor::teaches_anything() const {
  return std::any_of(groups.begin(), groups.end(), [](const auto& g) { return g.role == GroupRole::kTeacher; }) ||
         std::any_of(classes.begin(), classes.end(), [](const auto& c) { return c.teaches; });
}

bool Actor::administers_anything() const {
  return std::any_of(groups.begin(), groups.end(), [](const auto& g) { return g.role >= GroupRole::kGroupAdmin; });
}

bool Actor::teaches(const ClassId& class_id) const {
  return std::any_of(classes.begin(), classes.end(), [&](const auto& c) { return c.teaches && c.id == class_id; });
}

bool Actor::administers(std::string_view path) const {
  return is_system_admin() || std::any_of(groups.begin(), groups.end(), [path](const auto& g) {
           return g.role == GroupRole::kGroupAdmin && is_at_or_below(path, g.path);
         });
}

std::vector<std::string> Actor::roles() const {
  std::array<bool, kRoleNames.size()> has{};
  for (const auto& group : groups) has.at(static_cast<std::size_t>(group.role)) = true;
  for (const auto& one : classes)
    has.at(static_cast<std::size_t>(one.teaches ? GroupRole::kTeacher : GroupRole::kStudent)) = true;
  std::vector<std::string> out;
  for (std::size_t i = has.size(); i-- > 0;) {
    if (has.at(i)) out.emplace_back(kRoleNames.at(i));
  }
  return out;
}

}  // namespace rapt::identity
