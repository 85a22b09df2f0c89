// SPDX-License-Identifier: AGPL-3.0-or-later
#include "download_counts.hpp"

#include <vector>

namespace rapt::marketplace {
namespace {

using store::Transaction;

// In the order of their keys, so that two servers that write at once do not wait for each other in a circle.
constexpr store::Statement kCountVersions{
    "downloads.versions",
    "UPDATE module_versions v SET downloads = v.downloads + n.count FROM unnest($1::text[], $2::text[], "
    "$3::bigint[]) AS n(module, version, count) WHERE v.module = n.module AND v.version = n.version"};
constexpr store::Statement kModules{
    "downloads.modules",
    "UPDATE modules m SET downloads = m.downloads + n.count FROM (SELECT module, sum(count)::bigint AS count FROM "
    "unnest($1::text[], $2::bigint[]) AS u(module, count) GROUP BY module ORDER BY module) n WHERE m.name = n.module"};
constexpr store::Statement kTools{
    "downloads.tools",
    "UPDATE community_tools t SET downloads = t.downloads + n.count FROM unnest($1::uuid[], $2::bigint[]) AS n(id, "
    "count) WHERE t.id = n.id"};
/// One server writes at a time.
constexpr store::Statement kTurn{"downloads.turn",
                                 "SELECT pg_advisory_xact_lock(hashtext('marketplace.downloads'))::text"};

}  // namespace

void DownloadCounts::add_module(const std::string& module, const std::string& version) {
  const std::lock_guard lock(mutex_);
  ++modules_[{module, version}];
}

void DownloadCounts::add_tool(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ++tools_[id];
}

void DownloadCounts::put_back(const Modules& modules, const Tools& tools) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, count] : modules) modules_[key] += count;
  for (const auto& [key, count] : tools) tools_[key] += count;
}

Task<Result<void>> DownloadCounts::flush(store::Database& database) {
  Modules modules;
  Tools tools;
  {
    const std::lock_guard lock(mutex_);
    modules.swap(modules_);
    tools.swap(tools_);
  }
  if (modules.empty() && tools.empty()) co_return Result<void>{};
  std::vector<std::string> names, versions, counts, ids, tool_counts;
  for (const auto& [key, count] : modules) {
    names.push_back(key.first);
    versions.push_back(key.second);
    counts.push_back(std::to_string(count));
  }
  for (const auto& [id, count] : tools) {
    ids.push_back(id);
    tool_counts.push_back(std::to_string(count));
  }
  auto work = [names, versions, counts, ids, tool_counts](Transaction& transaction) -> Result<void> {
    RAPT_TRY(transaction.exec(kTurn));
    RAPT_TRY(transaction.exec(kCountVersions, store::Params().add_array(names).add_array(versions).add_array(counts)));
    RAPT_TRY(transaction.exec(kModules, store::Params().add_array(names).add_array(counts)));
    RAPT_TRY(transaction.exec(kTools, store::Params().add_array(ids).add_array(tool_counts)));
    return {};
  };
  auto done = co_await database.transaction(std::move(work));
  if (!done) put_back(modules, tools);
  co_return done;
}

}  // namespace rapt::marketplace
