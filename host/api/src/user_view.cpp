// SPDX-License-Identifier: AGPL-3.0-or-later
#include "user_view.hpp"

#include <nlohmann/json.hpp>

#include "rapt/api/documents.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

json or_null(const std::optional<std::string>& text) {
  return text ? json(*text) : json(nullptr);
}
json or_null(const std::optional<TimePoint>& time) {
  return time ? json(to_rfc3339(*time)) : json(nullptr);
}
template <class Tag>
json or_null(const Id<Tag>& id) {
  return id.empty() ? json(nullptr) : json(id.str());
}

}  // namespace

json view(const users::User& user) {
  json memberships = json::array();
  for (const auto& one : user.memberships) {
    memberships.push_back({{"group_id", one.group.str()},
                           {"group_name", one.group_name},
                           {"role", std::string(identity::name(one.role))}});
  }
  return {{"id", user.id.str()},
          {"email", user.email},
          {"name", user.name},
          {"given_name", or_null(user.given_name)},
          {"family_name", or_null(user.family_name)},
          {"status", user.status},
          {"email_verified", user.email_verified},
          {"memberships", std::move(memberships)},
          {"created_at", to_rfc3339(user.created_at)},
          {"updated_at", to_rfc3339(user.updated_at)},
          {"last_login_at", or_null(user.last_login_at)}};
}

json view(const users::Import& import) {
  return {{"id", import.id.str()},
          {"ordered_by", or_null(import.ordered_by)},
          {"dry_run", import.dry_run},
          {"invite", import.invite},
          {"state", import.state},
          {"total", import.total},
          {"done", import.done},
          {"created", import.created},
          {"updated", import.updated},
          {"unchanged", import.unchanged},
          {"faulty", import.faulty},
          {"error", import.error.empty() ? json(nullptr) : json(import.error)},
          {"created_at", to_rfc3339(import.created_at)},
          {"finished_at", or_null(import.finished_at)}};
}

json view(const users::ImportLine& line) {
  json faults = json::array();
  for (const auto& fault : line.faults) faults.push_back({{"path", fault.path}, {"message", fault.message}});
  return {{"line", line.line},
          {"outcome", line.outcome},
          {"email", line.email.empty() ? json(nullptr) : json(line.email)},
          {"user_id", or_null(line.user)},
          {"faults", std::move(faults)}};
}

std::string document_of(const users::User& user) {
  return view(user).dump();
}

std::string document_of(const users::Import& import) {
  return view(import).dump();
}

std::string document_of(const users::ImportLine& line) {
  return view(line).dump();
}

}  // namespace rapt::api
