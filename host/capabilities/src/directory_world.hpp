// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "acting.hpp"
#include "directory_operation.hpp"

namespace rapt::accounts {
class AccountService;
}

namespace rapt::host {

enum class Change : std::uint8_t { kNone, kUpdate, kNew };

/// The part of the directory that a batch names: read at once, changed in memory, written at once.
struct KnownUser {
  std::string id{}, email{}, key{}, name{}, given_name{}, family_name{}, status = "active";  ///< key: lower-case email
  std::string email_before{};  ///< of an account whose address changes
  bool verified = false;
  bool system_admin = false, administers = false;  ///< administers: any group, or the system
  bool reached = true, wholly_reached = true;      ///< by the person who caused the call
  std::set<std::string> trees{};                   ///< ids of the top groups of all memberships
  Change change = Change::kNone;
};
struct KnownGroup {
  std::string id{}, parent{}, name{}, type{}, path{};
  Change change = Change::kNone;
};
struct KnownClass {
  std::string id{}, group{}, name{}, path{};  ///< path: of its group
  std::int64_t teachers = 0;
  bool archived = false;
  Change change = Change::kNone;
};
/// By which id the source knows something.
struct External {
  std::string id{};
  bool made = false;
  bool alive = true;  ///< else what it named has been deleted or archived
  bool is_new = false;
};
/// A membership or enrollment, as it was and as it shall be; "" is none.
struct Belonging {
  std::string before{}, role{};
};

struct DirectoryWorld {
  std::map<std::string, KnownUser> users{};  ///< by id, as all below
  std::map<std::string, KnownGroup> groups{};
  std::map<std::string, KnownClass> classes{};
  std::vector<std::string> new_groups{};                                ///< in the order in which they are made
  std::map<std::string, std::string> by_email{};                        ///< lower-case address -> user
  std::map<std::pair<char, std::string>, External> externals{};         ///< by kind ('u', 'g', 'c') and external id
  std::map<std::string, std::string> known_as{};                        ///< id -> external id of this source
  std::map<std::pair<std::string, std::string>, Belonging> members{};   ///< by group and user
  std::map<std::pair<std::string, std::string>, Belonging> enrolled{};  ///< by class and user

  External* external(char kind, const std::string& id);  ///< nullptr when the source has not put it
  void know(char kind, const std::string& external_id, const std::string& id, bool made);
};

/// Whose external ids they are, and by whose leave.
struct DirectoryWriter {
  std::string module{}, source{};
  Acting acting{};
  TimePoint now{};
};

/// Fills the email keys of the operations in, and locks what is read until the transaction ends.
Result<DirectoryWorld> read_world(store::Transaction& tx, const DirectoryWriter& writer,
                                  std::vector<Operation>& operations);
/// kConflict when somebody else has made the same at the same moment: reading again shows it.
Result<void> write_world(store::Transaction& tx, const DirectoryWriter& writer, const DirectoryWorld& world,
                         const accounts::AccountService& accounts);

}  // namespace rapt::host
