// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/ids.hpp"

namespace rapt::identity {

enum class GroupRole : std::uint8_t { kStudent, kTeacher, kGroupAdmin, kSystemAdmin };
std::string_view name(GroupRole role);  ///< "student", "teacher", "group_admin", "system_admin"
std::optional<GroupRole> parse_group_role(std::string_view name);

struct GroupMembership {
  GroupId group;
  std::string group_name;
  std::string group_type;  ///< district, school, department, custom
  std::string path;        ///< ltree path, for "this group and everything below"
  GroupRole role = GroupRole::kStudent;
};

struct ClassMembership {
  ClassId id;
  GroupId group;
  std::string name;
  bool teaches = false;
  std::string group_path{};  ///< of its group
};

/// Who asks: loaded once a request from the session cookie, with all that permissions depend on.
struct Actor {
  UserId id;
  std::string email;
  std::string name;
  std::vector<GroupMembership> groups;
  std::vector<ClassMembership> classes;
  bool login_extended = false;  ///< the login was prolonged by this request: its cookie should be sent again

  [[nodiscard]] bool is_system_admin() const;
  [[nodiscard]] bool teaches_anything() const;  ///< teacher of a class or in a group
  [[nodiscard]] bool administers_anything() const;
  [[nodiscard]] bool teaches(const ClassId& class_id) const;
  /// Group admin of the group at `path` or of one above it; system admins always.
  [[nodiscard]] bool administers(std::string_view path) const;
  /// Union of group and class roles, in the words of the API.
  [[nodiscard]] std::vector<std::string> roles() const;
};

}  // namespace rapt::identity
