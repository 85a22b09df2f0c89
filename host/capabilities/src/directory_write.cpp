// SPDX-License-Identifier: AGPL-3.0-or-later
#include "directory_write.hpp"

#include <nlohmann/json.hpp>

#include "attached.hpp"
#include "directory_plan.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;

constexpr int kMostRaces = 3;

/// All of it in one transaction: a few statements, however many operations.
Result<DirectoryBatch> carry_out(store::Transaction& tx, const DirectoryWriter& writer, DirectoryBatch batch,
                                 const accounts::AccountService& accounts) {
  auto world = read_world(tx, writer, batch.operations);
  if (!world) return world.error();
  for (auto& operation : batch.operations) {
    if (!operation.failed()) plan(operation, *world, writer.acting);
  }
  if (!batch.dry_run) RAPT_TRY(write_world(tx, writer, *world, accounts));
  return batch;
}

std::string answer_of(const DirectoryBatch& batch) {
  json results = json::array();
  json counts{{"created", 0}, {"updated", 0}, {"unchanged", 0}, {"failed", 0}};
  for (const auto& operation : batch.operations) {
    const auto& outcome = operation.outcome;
    json one{{"status", outcome.status}};
    const bool to_come = batch.dry_run && outcome.status == "created";
    if (!outcome.id.empty() && !to_come) one["id"] = outcome.id;
    if (!outcome.message.empty()) one["message"] = outcome.message;
    if (!outcome.field.empty()) one["field"] = outcome.field;
    counts[outcome.status] = counts[outcome.status].get<int>() + 1;
    results.push_back(std::move(one));
  }
  return json{{"results", std::move(results)}, {"counts", std::move(counts)}}.dump();
}

}  // namespace

Task<Result<std::string>> write_directory(store::Database& database, const accounts::AccountService& accounts,
                                          TimePoint now, const ServiceRequest& request, Acting acting) {
  if (!has_grant(request, "directory:write"))
    co_return Error::forbidden("It was not granted to change the directory (directory:write).");
  auto batch = directory_batch_of(request);
  if (!batch) co_return batch.error();
  DirectoryWriter writer{.module = request.module, .source = batch->source, .acting = std::move(acting), .now = now};
  for (int races = 0;; ++races) {
    auto work = [writer, batch = *batch, &accounts](store::Transaction& tx) {
      return carry_out(tx, writer, batch, accounts);
    };
    auto carried = co_await database.transaction(std::move(work));
    if (carried) co_return answer_of(*carried);
    // Somebody else made the same account or external id at the same moment: now it is there to be seen.
    if (carried.error().kind != ErrorKind::kConflict || races >= kMostRaces) co_return carried.error();
  }
}

}  // namespace rapt::host
