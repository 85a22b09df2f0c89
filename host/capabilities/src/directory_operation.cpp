// SPDX-License-Identifier: AGPL-3.0-or-later
#include "directory_operation.hpp"

#include <rapt/directory.h>

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "asked_fields.hpp"
#include "json_asked.hpp"
#include "rapt/accounts/fields.hpp"
#include "rapt/host/directory.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;

constexpr std::size_t kMostText = 1000;
constexpr std::array<std::pair<std::string_view, Put>, 9> kNames{{{"put_user", Put::kUser},
                                                                  {"put_group", Put::kGroup},
                                                                  {"put_class", Put::kClass},
                                                                  {"enroll", Put::kEnroll},
                                                                  {"unenroll", Put::kUnenroll},
                                                                  {"add_member", Put::kAddMember},
                                                                  {"remove_member", Put::kRemoveMember},
                                                                  {"deactivate_user", Put::kDeactivateUser},
                                                                  {"archive_class", Put::kArchiveClass}}};

/// "user" reads user_id or user_external_id, of which there may be one.
Named named(AskedFields& fields, const std::string& what, bool required) {
  Named one;
  one.id = fields.id(what + "_id");
  one.external_id = fields.text(what + "_external_id", RAPT_DIRECTORY_MAX_EXTERNAL_ID_BYTES).value_or("");
  one.field = what + (one.id.empty() && !one.external_id.empty() ? "_external_id" : "_id");
  if (!one.id.empty() && !one.external_id.empty())
    fields.fault(what + "_external_id", "Say either this or " + what + "_id.");
  if (required && one.empty()) fields.fault(what + "_id", "It is required, or " + what + "_external_id.");
  return one;
}

std::optional<std::string> required(AskedFields& fields, const char* name, std::size_t most) {
  auto text = fields.text(name, most);
  if (!text) fields.fault(name, "It is required.");
  return text;
}

void check_name(AskedFields& fields, const char* field, std::optional<std::string>& name) {
  if (!name) return;
  name = accounts::trimmed(*name);
  if (auto wrong = accounts::fault_of_name(*name); !wrong.empty()) fields.fault(field, "It " + wrong + ".");
}

void read_user(AskedFields& fields, Operation& out) {
  out.external_id = required(fields, "external_id", RAPT_DIRECTORY_MAX_EXTERNAL_ID_BYTES).value_or("");
  out.email = required(fields, "email", kMostText);
  if (out.email) {
    out.email = accounts::trimmed(*out.email);
    if (auto wrong = accounts::fault_of_email(*out.email); !wrong.empty()) fields.fault("email", "It " + wrong + ".");
  }
  out.name = required(fields, "name", kMostText);
  out.given_name = fields.text("given_name", kMostText);
  out.family_name = fields.text("family_name", kMostText);
  check_name(fields, "name", out.name);
  check_name(fields, "given_name", out.given_name);
  check_name(fields, "family_name", out.family_name);
  out.link = fields.flag("link");
  out.group = named(fields, "group", false);
  out.role = fields.one_of("role", {"student", "teacher", "group_admin"});
  if (out.role && out.group.empty()) fields.fault("role", "It needs a group in which it holds.");
}

void read_place(AskedFields& fields, Operation& out) {
  out.external_id = required(fields, "external_id", RAPT_DIRECTORY_MAX_EXTERNAL_ID_BYTES).value_or("");
  out.name = required(fields, "name", kMostText);
  check_name(fields, "name", out.name);
  out.link_id = fields.id("id");
  out.group = named(fields, out.put == Put::kGroup ? "parent" : "group", false);
  if (out.put == Put::kGroup) out.type = fields.one_of("type", {"district", "school", "department", "custom"});
}

void read_belonging(AskedFields& fields, Operation& out) {
  out.user = named(fields, "user", true);
  const bool of_class = out.put == Put::kEnroll || out.put == Put::kUnenroll;
  (of_class ? out.class_of : out.group) = named(fields, of_class ? "class" : "group", true);
  if (out.put == Put::kEnroll) out.role = fields.one_of("role", {"student", "teacher"});
  if (out.put == Put::kAddMember) out.role = fields.one_of("role", {"student", "teacher", "group_admin"});
}

Operation operation_of(const json& asked) {
  Operation out;
  if (!asked.is_object()) {
    out.fail("", "It must be a JSON object.");
    return out;
  }
  AskedFields fields(asked);
  const auto op = fields.text("op", 64).value_or("");
  const auto known = std::find_if(kNames.begin(), kNames.end(), [&](const auto& one) { return one.first == op; });
  if (known == kNames.end()) {
    out.fail("op", "There is no such operation.");
    return out;
  }
  out.put = known->second;
  if (out.put == Put::kUser) {
    read_user(fields, out);
  } else if (out.put == Put::kGroup || out.put == Put::kClass) {
    read_place(fields, out);
  } else if (out.put == Put::kDeactivateUser || out.put == Put::kArchiveClass) {
    out.external_id = required(fields, "external_id", RAPT_DIRECTORY_MAX_EXTERNAL_ID_BYTES).value_or("");
  } else {
    read_belonging(fields, out);
  }
  if (const auto end = fields.end(); !end) out.fail(end.error().fields[0].path, end.error().fields[0].message);
  return out;
}

}  // namespace

bool is_directory_source(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 63 && plain(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

Result<DirectoryBatch> directory_batch_of(const ServiceRequest& request) {
  const auto asked = json_asked(request, {"source", "operations", "dry_run"}, 4);
  if (!asked) return asked.error();
  AskedFields fields(*asked);
  DirectoryBatch batch;
  batch.source = required(fields, "source", 63).value_or("x");
  if (!is_directory_source(batch.source))
    fields.fault("source", "It must be of lower-case letters, digits, '.', '_' and '-'.");
  batch.dry_run = fields.flag("dry_run");
  const json* operations = fields.array("operations", 1, RAPT_DIRECTORY_MAX_OPERATIONS);
  if (operations == nullptr) fields.fault("operations", "It is required.");
  RAPT_TRY(fields.end());
  for (const auto& one : *operations) batch.operations.push_back(operation_of(one));
  return batch;
}

}  // namespace rapt::host
