// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/identity/actor.hpp"

namespace rapt::groups {

/// A district, school, department or whatever else holds people and classes together. Groups form trees.
struct Group {
  GroupId id;
  GroupId parent;  ///< empty at the top of a tree
  std::string name;
  std::string type;                                     ///< "district", "school", "department", "custom"
  std::string path;                                     ///< ltree
  std::string settings_json = "{}", theme_json = "{}";  ///< objects; only what this group itself says
  TimePoint created_at{}, updated_at{};
};

struct GroupPage {
  std::vector<Group> items;
  std::optional<std::string> next_cursor;
};

struct NewGroup {
  GroupId parent;  ///< empty: the top of a new tree
  std::string name, type;
  std::string settings_json = "{}";
};

/// What is not set stays. Settings and theme are merged (JSON Merge Patch, RFC 7396): null takes a key away.
struct GroupChange {
  std::optional<std::string> name, type, settings_patch_json, theme_patch_json;
};

struct Member {
  UserId user;
  std::string name, email;
  identity::GroupRole role = identity::GroupRole::kStudent;
  TimePoint since{};
};

struct MemberPage {
  std::vector<Member> items;
  std::optional<std::string> next_cursor;
};

/// Longest name, in code points, and largest settings or theme, in bytes.
inline constexpr std::size_t kMaxName = 100;
inline constexpr std::size_t kMaxDocument = 16 * 1024;
/// Deepest tree.
inline constexpr int kMaxDepth = 12;

}  // namespace rapt::groups
