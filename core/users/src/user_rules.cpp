// SPDX-License-Identifier: AGPL-3.0-or-later
#include "user_rules.hpp"

#include <algorithm>

#include "rapt/base/text.hpp"

namespace rapt::users {
namespace {

using identity::Action;
using identity::Actor;
using identity::Subject;

constexpr std::string_view kBlank = " \t\r\n";

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

bool covers_one(const Actor& actor, Action action, const Target& target) {
  const auto scope = identity::scope_of(actor, action, Subject::kUser);
  return std::any_of(target.places.begin(), target.places.end(),
                     [&scope](const identity::Place& place) { return scope.covers(place); });
}

Result<void> check_not_above(const Actor& actor, const Target& target) {
  if (!target.system_admin || actor.is_system_admin()) return {};
  return Error::forbidden("Only system administrators change the account of a system administrator.");
}

}  // namespace

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

std::string fault_of_email(const std::string& email) {
  if (email.empty()) return "must not be empty";
  if (!is_utf8(email) || count_code_points(email) > kMaxEmail)
    return "must not be longer than " + std::to_string(kMaxEmail) + " characters";
  const auto at = email.find('@');
  const bool shaped = at != std::string::npos && at > 0 && at + 1 < email.size() && email.rfind('@') == at &&
                      !has_control(email) && email.find_first_of(" ,;:<>()[]\"\\") == std::string::npos &&
                      !email.ends_with('.') && email[at + 1] != '.';
  return shaped ? "" : "must be an email address, such as kim@school.example";
}

std::string fault_of_name(const std::string& name) {
  if (name.find_first_not_of(kBlank) == std::string::npos) return "must not be empty";
  if (!is_utf8(name) || count_code_points(name) > kMaxUserName)
    return "must not be longer than " + std::to_string(kMaxUserName) + " characters";
  return has_control(name) ? "must not contain control characters" : "";
}

Result<void> check_email(const std::string& email) {
  if (auto fault = fault_of_email(email); !fault.empty()) return Error::invalid("email", std::move(fault));
  return {};
}

Result<void> check_name(const std::string& field, const std::string& name) {
  if (auto fault = fault_of_name(name); !fault.empty()) return Error::invalid(field, std::move(fault));
  return {};
}

Result<void> check_readable(const Actor& actor, const Target& target) {
  if (actor.is_system_admin() || covers_one(actor, Action::kRead, target)) return {};
  return Error::not_found("user");
}

Result<void> check_updatable(const Actor& actor, const Target& target) {
  RAPT_TRY(check_readable(actor, target));
  if (!actor.is_system_admin() && !covers_one(actor, Action::kUpdate, target))
    return Error::forbidden("You may see this user, but not change it like this.");
  return actor.id == target.user.id ? Result<void>{} : check_not_above(actor, target);
}

Result<void> check_manageable(const Actor& actor, const Target& target) {
  if (!actor.id.empty() && actor.id == target.user.id)
    return Error::forbidden("Your own address, password and status are not changed here: see /auth/me.");
  RAPT_TRY(identity::check_can_at_all(actor, Action::kManageAccount, Subject::kUser, target.places));
  return check_not_above(actor, target);
}

Result<void> check_admin_left(store::Transaction& tx, const Target& target) {
  if (!target.system_admin || target.user.status != "active") return {};
  const auto admins = count_system_admins(tx);
  if (!admins) return admins.error();
  if (*admins > 1) return {};
  return Error::conflict("This is the last system administrator: make another one first.");
}

}  // namespace rapt::users
