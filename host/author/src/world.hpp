// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"

namespace rapt::author {

/// The school that a module under trial asks about, as a file describes it (sdk/world/world.schema.json). What has a
/// name there ("anna") has a UUID on a host: each name stands for the same one in every run.
class World {
 public:
  enum class Kind { kUser, kGroup, kClass, kTool, kAssignment, kSession, kRun, kSubmission };
  static constexpr std::size_t kKinds = 8;
  /// What the pages of a host tell a module of whoever asks, beside the account.
  struct Belongings {
    std::set<std::string> groups{};
    std::map<std::string, std::string> classes{};  ///< id -> role
  };

  /// kInvalid with every fault: its path, and where it stands in the text. `now`: from which times that are left out
  /// are counted back.
  static Result<World> read(std::string_view json, TimePoint now);
  static Result<World> built_in(TimePoint now);  ///< sdk/world/school.json

  /// Which UUID a name (or the UUID itself) of the file stands for; nullopt when it names nothing of that kind.
  [[nodiscard]] std::optional<std::string> id(Kind kind, std::string_view name) const;
  /// As the file names it; what it does not name, as it is.
  [[nodiscard]] std::string name_of(const std::string& id) const;
  [[nodiscard]] std::vector<std::string> names(Kind kind) const;  ///< sorted
  [[nodiscard]] const Belongings& belongings(const std::string& user_id) const;
  /// The whole as JSON, every name replaced, every default filled in: what is put into the tables.
  [[nodiscard]] const std::string& document() const { return document_; }

 private:
  friend class WorldReader;
  std::array<std::map<std::string, std::string, std::less<>>, kKinds> ids_{};  ///< of each kind, by name
  std::map<std::string, std::string> names_{};                                 ///< by id
  std::map<std::string, Belongings> belongings_{};                             ///< by user
  std::string document_{};
};

}  // namespace rapt::author
