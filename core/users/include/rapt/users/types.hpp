// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/error.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/identity/actor.hpp"

namespace rapt::users {

using ImportId = Id<struct ImportTag>;

struct Membership {
  GroupId group;
  std::string group_name;
  identity::GroupRole role = identity::GroupRole::kStudent;
};

/// An account as somebody else sees it.
struct User {
  UserId id;
  std::string email, name;
  std::optional<std::string> given_name, family_name;
  std::string status;  ///< "pending_verification", "active", "inactive", "suspended"
  bool email_verified = false;
  std::vector<Membership> memberships;  ///< those within the reader's reach, by path
  TimePoint created_at{}, updated_at{};
  std::optional<TimePoint> last_login_at;
};

struct UserPage {
  std::vector<User> items;
  std::optional<std::string> next_cursor;
};

enum class Sort : std::uint8_t { kName, kNewest, kLastLogin };

/// Which users a list shows; what is empty does not narrow it.
struct UserFilter {
  std::string text{};    ///< anywhere in name or address, without regard to case
  std::string status{};  ///< as in User
  std::optional<identity::GroupRole> role{};
  GroupId group{};  ///< in this group or below it
  Sort sort = Sort::kName;
  int limit = 50;        ///< 1 to 100
  std::string cursor{};  ///< next_cursor of the page before
};

struct NewUser {
  std::string email, name;
  std::optional<std::string> given_name{}, family_name{};
  GroupId group{};  ///< empty: in none (system administrators only)
  identity::GroupRole role = identity::GroupRole::kStudent;
  std::optional<std::string> password{};
  bool invite = true;  ///< mail a link by which the person sets a password
};

/// What is not set stays.
struct UserChange {
  std::optional<std::string> email{}, name{}, given_name{}, family_name{};
  std::optional<std::string> status{};  ///< "active" or "suspended"
};

/// An import of users from CSV, and how far it is. Counted are lines without the header.
struct Import {
  ImportId id;
  UserId ordered_by;  ///< empty: on the machine itself, or an account that has gone
  bool dry_run = false, invite = false;
  std::string state;  ///< "waiting", "running", "complete", "failed"
  std::int64_t total = 0, done = 0, created = 0, updated = 0, unchanged = 0, faulty = 0;
  std::string error{};  ///< why it has failed
  TimePoint created_at{};
  std::optional<TimePoint> finished_at;
};

struct ImportPage {
  std::vector<Import> items;
  std::optional<std::string> next_cursor;
};

/// What came of one line.
struct ImportLine {
  std::int64_t line = 0;  ///< as an editor counts, from 1; the header is the first
  std::string outcome;    ///< "created", "updated", "unchanged", "faulty"
  std::string email{};
  UserId user;  ///< empty when it is faulty, or a trial
  std::vector<FieldError> faults{};
};

struct ImportLinePage {
  std::vector<ImportLine> items;
  std::optional<std::string> next_cursor;
};

struct NewImport {
  std::string csv;
  bool dry_run = false;  ///< everything but the change
  bool invite = false;   ///< mail those who are new a link by which they set a password
};

inline constexpr std::size_t kMaxImportBytes = 32u * 1024 * 1024;

}  // namespace rapt::users
