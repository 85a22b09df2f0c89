// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "world.hpp"

namespace rapt::author {

/// Makes a world of a document that fits its schema: looks every name up, fills in what was left out, and notes what no
/// host would have in its tables. Used once.
class WorldReader {
 public:
  WorldReader(nlohmann::json& document, World& world, std::vector<FieldError>& faults, TimePoint now)
      : document_(document), world_(world), faults_(faults), now_(now) {}
  void read();

 private:
  using Kind = World::Kind;
  using Json = nlohmann::json;
  /// One thing of a list, and where it stands.
  struct Thing {
    Json& json;
    std::string path;
    std::size_t index = 0;
  };

  void fault(const Thing& thing, const std::string& member, std::string message) {
    faults_.push_back({thing.path + (member.empty() ? "" : "." + member), std::move(message)});
  }
  static std::vector<Thing> list(Json& object, const char* member, const std::string& path = {});
  void name_all(Kind kind);
  /// Replaces the name in that member by its id. nullptr when it is left out, or names nothing, which is a fault.
  Json* look_up(const Thing& thing, const char* member, Kind kind);
  /// What a member names that has been looked up; nullptr when that was a fault.
  [[nodiscard]] const Json* found(const Json& object, const char* member) const;
  std::optional<TimePoint> time(const Thing& thing, const char* member);

  void check_name(const Thing& thing, const char* member);  ///< as accounts have them: no control characters
  void read_user(const Thing& user);
  void read_group(const Thing& group);
  void read_class(const Thing& one);
  void read_belongings(const Thing& of, const char* member);
  void read_external_ids(const Thing& thing, Kind kind);
  void read_tool(const Thing& tool);
  void read_assignment(const Thing& assignment);
  void read_work(const Thing& work, const char* type, std::size_t count);
  void read_end(const Thing& work, bool ended, TimePoint otherwise);
  void read_session(const Thing& session, std::size_t count);
  void read_run(const Thing& run, std::size_t count);
  void read_findings(const Thing& work, std::size_t messages);
  void read_submission(const Thing& submission);
  void read_grade(const Thing& submission);

  Json& document_;
  World& world_;
  std::vector<FieldError>& faults_;
  const TimePoint now_;
  std::map<std::string, Json*> things_{};  ///< by id, once all are named
  std::set<std::string> seen_{};           ///< what may stand once: addresses, memberships, external ids, attempts
};

}  // namespace rapt::author
