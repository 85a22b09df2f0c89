// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/install/operations.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "operations.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/text.hpp"

namespace rapt::install {
namespace {

using nlohmann::json;
using store::params;

constexpr std::array<std::string_view, 8> kPhases{"waiting",   "downloading", "verifying", "migrating",
                                                  "switching", "done",        "failed",    "taken_back"};

#define RAPT_OPERATION                                                                                    \
  "SELECT id, kind, state, plan_id, steps::text AS steps, error, host, started_by, started_at, ended_at " \
  "FROM module_operations"
constexpr store::Statement kFind{"module_operations_find", RAPT_OPERATION " WHERE id = $1::uuid"};
constexpr store::Statement kList{"module_operations_list", RAPT_OPERATION " ORDER BY started_at DESC, id LIMIT 50"};
constexpr store::Statement kRunning{"module_operations_running", RAPT_OPERATION " WHERE state = 'running'"};
#undef RAPT_OPERATION
constexpr store::Statement kReap{"module_operations_reap", R"(
  UPDATE module_operations SET state = 'failed', ended_at = clock_timestamp(),
    error = 'The host ' || host || ' fell silent while it worked at this. Each module is as it was before, or has been '
      || 'changed as a whole; do it again for the rest.'
   WHERE state = 'running' AND heard_at < clock_timestamp() - make_interval(secs => $1::integer))"};
// One that began at the same moment on another host is waited for, and then seen.
constexpr store::Statement kBegin{"module_operations_begin", R"(
  INSERT INTO module_operations (id, kind, state, plan_id, steps, host, started_by)
  VALUES ($1::uuid, $2, 'running', $3, $4::jsonb, $5, $6) ON CONFLICT DO NOTHING)"};
constexpr store::Statement kTell{"module_operations_tell", R"(
  UPDATE module_operations SET steps = $2::jsonb, heard_at = clock_timestamp()
   WHERE id = $1::uuid AND state = 'running')"};
constexpr store::Statement kAlive{
    "module_operations_alive",
    "UPDATE module_operations SET heard_at = clock_timestamp() WHERE id = $1::uuid AND state = 'running'"};
constexpr store::Statement kEnd{"module_operations_end", R"(
  UPDATE module_operations SET steps = $2::jsonb, error = $3, ended_at = clock_timestamp(),
    state = CASE WHEN $3 = '' THEN 'done' ELSE 'failed' END
   WHERE id = $1::uuid AND state = 'running')"};
constexpr store::Statement kHold{
    "module_operations_hold", "SELECT id FROM module_operations WHERE id = $1::uuid AND state = 'running' FOR SHARE"};

std::string encode(const std::vector<OperationStep>& steps) {
  json out = json::array();
  for (const auto& one : steps) {
    out.push_back({{"module", one.module},
                   {"to", one.to},
                   {"phase", name(one.phase)},
                   {"bytes_done", one.bytes_done},
                   {"bytes", one.bytes}});
  }
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

OperationStep to_step(const json& object) {
  OperationStep out{object.value("module", ""), object.value("to", "")};
  const auto phase = object.value("phase", "");
  for (std::size_t i = 0; i < kPhases.size(); ++i)
    if (kPhases.at(i) == phase) out.phase = static_cast<Phase>(i);
  out.bytes_done = object.value("bytes_done", std::uint64_t{0});
  out.bytes = object.value("bytes", std::uint64_t{0});
  return out;
}

Operation to_operation(const store::Row& row) {
  Operation out{row.text("id"),
                row.text("kind"),
                row.text("state"),
                row.text("plan_id"),
                {},
                row.text("error"),
                row.text("host"),
                row.text("started_by"),
                row.time("started_at"),
                row.optional_time("ended_at")};
  for (const auto& one : json::parse(row.text("steps"))) out.steps.push_back(to_step(one));
  return out;
}

Result<void> reap(store::Transaction& tx) {
  RAPT_TRY(tx.exec(kReap, params(static_cast<int>(Operations::kSilence.count()))));
  return {};
}

Error taken_for_dead() {
  return Error::conflict(
      "This operation has been taken for dead, because its host could not say for a while that it lives. What it had "
      "done stays; do it again for the rest.");
}

Error busy(const Operation& other) {
  std::string what;
  for (const auto& step : other.steps) what += (what.empty() ? "" : ", ") + step.module + " " + step.to;
  Error error = Error::conflict(printable(other.started_by, 100) + " is changing modules at the moment (" +
                                printable(what, 300) + "; since " + to_rfc3339(other.started_at) + ", on " +
                                printable(other.host, 100) + "). Wait until that has ended, and look again.");
  error.code = "MODULE_OPERATION_RUNNING";
  return error;
}

Result<void> begin_in(store::Transaction& tx, const store::Params& values) {
  RAPT_TRY(reap(tx));
  const auto begun = tx.exec(kBegin, values);
  if (!begun) return begun.error();
  if (begun->affected() > 0) return {};
  const auto rows = tx.exec(kRunning);
  if (!rows) return rows.error();
  if (rows->empty()) return Error::conflict("Somebody else has just changed modules. Look again, and repeat it.");
  return busy(to_operation((*rows)[0]));
}

}  // namespace

std::string_view name(Phase phase) {
  return kPhases.at(static_cast<std::size_t>(phase));
}

Result<void> check_operation(store::Transaction& tx, const std::string& id) {
  const auto held = tx.exec(kHold, params(id));
  if (!held) return held.error();
  if (held->empty()) return taken_for_dead();
  return {};
}

Task<Result<std::string>> Operations::begin(std::string kind, std::string plan_id, std::vector<OperationStep> steps,
                                            std::string started_by) {
  auto id = new_uuid();
  auto work = [values = params(id, kind, plan_id, encode(steps), host_, started_by)](store::Transaction& tx) {
    return begin_in(tx, values);
  };
  const auto begun = co_await database_.transaction(std::move(work));
  if (!begun) co_return begun.error();
  co_return id;
}

Task<Result<void>> Operations::tell(std::string id, std::vector<OperationStep> steps) {
  const auto rows = co_await database_.query(kTell, params(id, encode(steps)));
  if (!rows) co_return rows.error();
  if (rows->affected() == 0) co_return taken_for_dead();
  co_return Result<void>();
}

Task<Result<void>> Operations::tell_alive(std::string id) {
  const auto rows = co_await database_.query(kAlive, params(id));
  if (!rows) co_return rows.error();
  if (rows->affected() == 0) co_return taken_for_dead();
  co_return Result<void>();
}

Task<Result<void>> Operations::end(std::string id, std::vector<OperationStep> steps, std::string error) {
  const auto rows = co_await database_.query(kEnd, params(id, encode(steps), error));
  if (!rows) co_return rows.error();
  if (rows->affected() == 0) co_return taken_for_dead();
  co_return Result<void>();
}

Task<Result<Operation>> Operations::find(std::string id) {
  if (!Id<struct OperationTag>::parse(id)) co_return Error::not_found("operation");
  auto work = [id = std::move(id)](store::Transaction& tx) -> Result<Operation> {
    RAPT_TRY(reap(tx));
    const auto rows = tx.exec(kFind, params(id));
    if (!rows) return rows.error();
    if (rows->empty()) return Error::not_found("operation");
    return to_operation((*rows)[0]);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<std::vector<Operation>>> Operations::list() {
  auto work = [](store::Transaction& tx) -> Result<std::vector<Operation>> {
    RAPT_TRY(reap(tx));
    const auto rows = tx.exec(kList);
    if (!rows) return rows.error();
    std::vector<Operation> out;
    for (std::size_t i = 0; i < rows->size(); ++i) out.push_back(to_operation((*rows)[i]));
    return out;
  };
  co_return co_await database_.transaction(std::move(work));
}

}  // namespace rapt::install
