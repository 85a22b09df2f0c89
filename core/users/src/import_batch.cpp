// SPDX-License-Identifier: AGPL-3.0-or-later
#include "import_batch.hpp"

#include "import_plan.hpp"
#include "import_store.hpp"
#include "rapt/accounts/account_service.hpp"

namespace rapt::users {
namespace {

constexpr std::size_t kBatch = 1000;

/// Reads rows from where the last batch ended, and moves that place on. Fewer than a batch: the file has ended.
Result<std::vector<Planned>> read_batch(store::Transaction& tx, ImportState& state) {
  const auto& id = state.import.id;
  const auto head = load_part(tx, id, 0, 0);
  if (!head) return head.error();
  const auto header = read_header(*head);
  if (!header) return header.error();
  CsvReader reader(header->delimiter, state.position, state.next_line);
  std::vector<Planned> plans;
  const auto size = static_cast<std::int64_t>(kPartBytes);
  auto skip = static_cast<std::size_t>(state.position % size);
  for (auto part = state.position / size; plans.size() < kBatch; ++part, skip = 0) {
    const auto bytes = load_part(tx, id, part, skip);
    if (!bytes) return bytes.error();
    // A part that begins exactly where the last row ended may be the one behind the last.
    const bool last = bytes->empty();
    std::string_view rest = *bytes;
    while (plans.size() < kBatch) {
      auto row = last ? reader.end() : reader.next(rest);
      if (!row) return row.error();
      if (!*row) break;
      plans.push_back(read_row(**row, header->columns));
    }
    if (last) break;
  }
  state.position = reader.position();
  state.next_line = reader.line();
  return plans;
}

template <class Wanted>
std::vector<Planned> those(const std::vector<Planned>& plans, Wanted wanted) {
  std::vector<Planned> out;
  for (const auto& plan : plans) {
    if (plan.outcome != "faulty" && wanted(plan)) out.push_back(plan);
  }
  return out;
}

Result<void> carry_out(store::Transaction& tx, const ImportState& state, const std::vector<Planned>& plans,
                       const accounts::AccountService& accounts, TimePoint now) {
  const auto made = those(plans, [](const Planned& plan) { return plan.outcome == "created"; });
  RAPT_TRY(insert_users(tx, made, now));
  RAPT_TRY(update_users(tx, those(plans, [](const Planned& plan) { return plan.changes_user; })));
  RAPT_TRY(put_memberships(tx, those(plans, [](const Planned& plan) { return !plan.group_id.empty(); })));
  if (!state.import.invite) return {};
  for (const auto& one : made)
    RAPT_TRY(accounts.send_invitation(tx, {one.user, one.email, one.name}, state.import.ordered_by));
  return {};
}

void count(Import& import, const std::vector<Planned>& plans) {
  for (const auto& plan : plans) {
    ++import.done;
    if (plan.outcome == "created") ++import.created;
    if (plan.outcome == "updated") ++import.updated;
    if (plan.outcome == "unchanged") ++import.unchanged;
    if (plan.outcome == "faulty") ++import.faulty;
  }
}

}  // namespace

Result<bool> import_batch(store::Transaction& tx, const ImportId& id, const std::optional<identity::Actor>& actor,
                          const accounts::AccountService& accounts, TimePoint now) {
  auto state = lock_import(tx, id);
  if (!state) return state.error();
  if (state->import.finished_at) return true;
  if (!actor) {
    RAPT_TRY(end_import(tx, id, "failed", "Who ordered this import may not do so any more.", now));
    return true;
  }
  RAPT_TRY(plan_by_index(tx));
  auto plans = read_batch(tx, *state);
  if (!plans) return plans.error();
  RAPT_TRY(plan_lines(tx, id, *actor, *plans));
  if (!state->import.dry_run) RAPT_TRY(carry_out(tx, *state, *plans, accounts, now));
  RAPT_TRY(insert_lines(tx, id, *plans, state->import.dry_run));
  count(state->import, *plans);
  RAPT_TRY(save_progress(tx, *state));
  if (plans->size() == kBatch) return false;
  RAPT_TRY(end_import(tx, id, "complete", "", now));
  return true;
}

}  // namespace rapt::users
