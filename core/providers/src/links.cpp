// SPDX-License-Identifier: AGPL-3.0-or-later
#include "provider_store.hpp"
#include "rapt/providers/provider_service.hpp"

namespace rapt::providers {
namespace {

const store::Statement kWaysIn{"providers.ways_in", R"(
  SELECT u.password_hash IS NOT NULL OR EXISTS (
           SELECT FROM oauth_accounts a JOIN auth_providers p ON p.name = a.provider
            WHERE a.user_id = u.id AND a.provider <> $2 AND p.enabled) AS other_way,
         EXISTS (SELECT FROM oauth_accounts a WHERE a.user_id = u.id AND a.provider = $2) AS linked
    FROM users u WHERE u.id = $1::uuid FOR UPDATE OF u)"};
const store::Statement kUnlink{"providers.unlink",
                               "DELETE FROM oauth_accounts WHERE user_id = $1::uuid AND provider = $2"};

Result<void> unlink_in(store::Transaction& tx, const UserId& user, const std::string& provider) {
  const auto rows = tx.exec(kWaysIn, store::params(user, provider));
  if (!rows && rows.error().kind == ErrorKind::kInvalid) return Error::not_found("linked provider");
  if (!rows) return rows.error();
  const auto row = rows->first();
  if (!row || !row->boolean("linked")) return Error::not_found("linked provider");
  if (!row->boolean("other_way")) {
    return Error::conflict("This is the only way into the account: set a password first.");
  }
  RAPT_TRY(tx.exec(kUnlink, store::params(user, provider)));
  return {};
}

}  // namespace

Task<Result<std::vector<Link>>> ProviderService::links(UserId user) {
  const auto rows = co_await parts_.database.query(kLinks, store::params(user));
  if (!rows) co_return rows.error();
  std::vector<Link> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    out.push_back({row.text("provider"), row.text("title"), row.time("created_at"), row.optional_time("last_used_at")});
  }
  co_return out;
}

Task<Result<void>> ProviderService::unlink(UserId user, std::string provider) {
  auto work = [user = std::move(user), provider = std::move(provider)](store::Transaction& tx) {
    return unlink_in(tx, user, provider);
  };
  co_return co_await parts_.database.transaction(std::move(work));
}

}  // namespace rapt::providers
