// SPDX-License-Identifier: AGPL-3.0-or-later
#include "import_rows.hpp"

#include "rapt/accounts/fields.hpp"
#include "rapt/base/text.hpp"
#include "rapt/identity/actor.hpp"

namespace rapt::users {
namespace {

using accounts::fault_of_email;
using accounts::fault_of_name;
using accounts::trimmed;

constexpr std::size_t kMaxGroupText = 2000;

std::string field(const CsvRow& row, int column) {
  return column < 0 ? "" : trimmed(row.fields[static_cast<std::size_t>(column)]);
}

std::optional<std::string> part_of_name(Planned& plan, const CsvRow& row, int column, const char* title) {
  auto text = field(row, column);
  if (text.empty()) return std::nullopt;
  if (auto fault = fault_of_name(text); !fault.empty()) plan.fault(title, std::move(fault));
  return text;
}

void read_name(Planned& plan, const CsvRow& row, const CsvColumns& columns) {
  plan.given_name = part_of_name(plan, row, columns.given_name, "given_name");
  plan.family_name = part_of_name(plan, row, columns.family_name, "family_name");
  plan.name = field(row, columns.name);
  if (plan.name.empty()) plan.name = trimmed(plan.given_name.value_or("") + " " + plan.family_name.value_or(""));
  if (!plan.faults.empty()) return;
  if (auto fault = fault_of_name(plan.name); !fault.empty())
    plan.fault(columns.name >= 0 ? "name" : "family_name", std::move(fault));
}

}  // namespace

Planned read_row(const CsvRow& row, const CsvColumns& columns) {
  Planned plan;
  plan.line = row.line;
  if (row.fields.size() != columns.count) {
    plan.fault("", "has " + std::to_string(row.fields.size()) + " fields, but the first row names " +
                       std::to_string(columns.count) + " columns");
    return plan;
  }
  read_name(plan, row, columns);
  plan.email = field(row, columns.email);
  if (auto fault = fault_of_email(plan.email); !fault.empty()) {
    plan.fault("email", std::move(fault));
    plan.email = printable(plan.email, accounts::kMaxEmailBytes);
  }
  plan.group = field(row, columns.group);
  if (plan.group.size() > kMaxGroupText) plan.fault("group", "is too long");
  plan.role = field(row, columns.role);
  if (!plan.role.empty() && !identity::parse_group_role(plan.role))
    plan.fault("role", "must be one of student, teacher, group_admin, system_admin");
  if (!plan.role.empty() && plan.group.empty()) plan.fault("role", "needs a group in which it holds");
  plan.status = field(row, columns.status);
  if (!plan.status.empty() && plan.status != "active" && plan.status != "suspended")
    plan.fault("status", "must be active or suspended");
  return plan;
}

}  // namespace rapt::users
