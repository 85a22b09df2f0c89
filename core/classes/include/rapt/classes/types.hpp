// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"

namespace rapt::classes {

struct Class {
  ClassId id;
  GroupId group;
  std::string group_name, group_path;
  std::string name;
  std::int64_t teachers = 0, students = 0;
  TimePoint created_at{}, updated_at{};
};

struct ClassPage {
  std::vector<Class> items;
  std::optional<std::string> next_cursor;
};

enum class Role : std::uint8_t { kStudent, kTeacher };
std::string_view name(Role role);  ///< "student", "teacher"
std::optional<Role> parse_role(std::string_view name);

struct Member {
  UserId user;
  std::string name;
  std::string email;  ///< empty for a reader who is a student: classmates do not learn each other's addresses
  Role role = Role::kStudent;
  TimePoint since{};
};

struct MemberPage {
  std::vector<Member> items;
  std::optional<std::string> next_cursor;
};

using JoinCodeId = Id<struct JoinCodeTag>;

/// An invitation: whoever is logged in and says the code becomes a student of the class. No credential.
struct JoinCode {
  JoinCodeId id;
  ClassId class_id;
  std::string code;  ///< eight letters and digits that cannot be mistaken for each other
  TimePoint created_at{}, expires_at{};
  int max_uses = 0, uses = 0;
};

/// Longest name, in code points.
inline constexpr std::size_t kMaxName = 100;
/// How long a join code may live, and how many may use it.
inline constexpr std::chrono::hours kMaxCodeLifetime{24 * 14};
inline constexpr int kMaxCodeUses = 1000;
/// Codes of a class that are valid at the same time.
inline constexpr int kMaxCodes = 10;

}  // namespace rapt::classes
