// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "directory_world.hpp"

namespace rapt::host {

/// One operation while it is planned. Each of plan_…() looks at everything first and changes the world at the end.
class DirectoryPlanner {
 public:
  DirectoryPlanner(Operation& operation, DirectoryWorld& world, const Acting& acting)
      : op_(operation), world_(world), acting_(acting) {}

  void plan_user();
  void plan_deactivation();
  void plan_group();
  void plan_class();
  void plan_archive();
  void plan_member(bool stays);
  void plan_enrollment(bool stays);

 private:
  void fail(const std::string& field, const std::string& message) { op_.fail(field, message); }
  void done(std::string status, std::string id = {}) {
    if (op_.outcome.status.empty()) op_.outcome = {std::move(status), std::move(id), {}, {}};
  }
  /// nullptr, and failed, when there is no such thing for whoever caused the call.
  KnownUser* user();
  KnownGroup* group();
  KnownClass* class_of();
  template <class Known>
  Known* named(std::map<std::string, Known>& all, char kind, const Named& name, const char* what);
  bool may_manage(identity::Action action, identity::Subject subject, const identity::Place& place);
  bool may_touch(const KnownUser& user,
                 const char* field);  ///< no administrator's account, unless the person administers it

  void create_group(const KnownGroup* parent);
  void create_class(const KnownGroup* where);
  void create_user();
  void update_user(KnownUser& user, bool linked);
  bool may_link(const KnownUser& user);
  bool may_change(const KnownUser& user, bool made, bool new_email);
  /// What becomes of a membership; false, and failed, when it may not be. "" is none.
  bool may_have_role(const KnownUser& user, const KnownGroup& group, const std::string& role);
  [[nodiscard]] std::string role_in(const KnownGroup& group, const KnownUser& user) const;
  /// The thing of that kind that stands already and shall be known by the operation's external id.
  bool may_be_known(const std::string& id);

  Operation& op_;
  DirectoryWorld& world_;
  const Acting& acting_;
};

}  // namespace rapt::host
