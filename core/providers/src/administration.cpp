// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>

#include "addresses.hpp"
#include "draft.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/providers/provider_service.hpp"
#include "secrets.hpp"
#include "talk.hpp"

namespace rapt::providers {
namespace {

/// With the names of its secrets. One whose secrets another key has sealed is shown without them, so that they can be
/// set anew.
Provider shown(const security::SecretBox& box, Stored stored) {
  const auto secrets = unsealed(box, stored.provider.name, stored.sealed_secrets);
  if (!secrets) {
    log::error("providers.secrets_unreadable",
               {{"provider", stored.provider.name}, {"detail", secrets.error().log_detail}});
    return std::move(stored.provider);
  }
  for (const auto& [name, value] : *secrets) stored.provider.secret_names.push_back(name);
  return std::move(stored.provider);
}

Result<void> check_unchanged(const Provider& provider, const std::optional<TimePoint>& expected) {
  if (!expected || *expected == provider.updated_at) return {};
  Error error = Error::conflict("Somebody has changed this provider meanwhile: read it again, then make your change.");
  error.code = "PRECONDITION_FAILED";
  return error;
}

Result<void> check_group(store::Transaction& tx, const Provider& provider) {
  if (provider.default_group.empty()) return {};
  const auto stands = group_stands(tx, provider.default_group);
  if (!stands) return stands.error();
  if (*stands) return {};
  return Error::invalid("default_group_id", "is no group");
}

/// A provider that cannot be asked is a fault of its settings: an administrator has just written them.
Error for_admin(Error error) {
  const bool network = error.kind == ErrorKind::kUpstream || error.kind == ErrorKind::kTimeout;
  if (!network && error.kind != ErrorKind::kForbidden) return error;
  return Error::invalid("settings", "name a provider that cannot be asked: " + printable(error.message, 300));
}

}  // namespace

Task<Result<void>> ProviderService::check_usable(const Stored& draft) {
  const Provider& provider = draft.provider;
  const auto running = parts_.caller.provider_modules();
  if (std::find(running.begin(), running.end(), provider.module) == running.end()) {
    co_return Error::invalid("module", "is no running module that speaks to providers: install and enable it first");
  }
  Start start;
  start.settings_json = provider.settings_json;
  start.redirect_uri = redirect_uri(provider.name);
  start.state = start.nonce = start.code_challenge = "checking-the-settings";
  auto substitutes = substitutes_of(draft, "checking-the-settings");
  if (!substitutes) co_return substitutes.error();
  Talk talk(parts_.caller, parts_.lookups, parts_.fetcher, provider, std::move(*substitutes));
  const auto url = co_await talk.address(std::move(start));
  if (!url) co_return for_admin(url.error());
  co_return Result<void>{};
}

Task<Result<std::vector<Provider>>> ProviderService::list() {
  auto work = [](store::Transaction& tx) { return load_all(tx); };
  auto all = co_await parts_.database.transaction(std::move(work));
  if (!all) co_return all.error();
  std::vector<Provider> out;
  for (auto& stored : *all) out.push_back(shown(parts_.box, std::move(stored)));
  co_return out;
}

Task<Result<Provider>> ProviderService::find(std::string name) {
  auto work = [name = std::move(name)](store::Transaction& tx) { return load(tx, name, false); };
  auto stored = co_await parts_.database.transaction(std::move(work));
  if (!stored) co_return stored.error();
  co_return shown(parts_.box, std::move(*stored));
}

Task<Result<Provider>> ProviderService::create(std::string name, ProviderChange change) {
  RAPT_CO_TRY(check_name(name));
  RAPT_CO_TRY(check(change));
  if (!change.module) co_return Error::invalid("module", "is missing");
  if (!change.title) co_return Error::invalid("title", "is missing");
  Stored blank;
  blank.provider.name = name;
  auto draft = changed(std::move(blank), change, parts_.box);
  if (!draft) co_return draft.error();
  if (draft->provider.enabled) RAPT_CO_TRY(co_await check_usable(*draft));
  auto work = [draft = *draft, now = parts_.clock.now()](store::Transaction& tx) -> Result<Stored> {
    RAPT_TRY(check_group(tx, draft.provider));
    RAPT_TRY(insert(tx, draft, now));
    return load(tx, draft.provider.name, false);
  };
  auto stored = co_await parts_.database.transaction(std::move(work));
  if (!stored) co_return stored.error();
  co_return shown(parts_.box, std::move(*stored));
}

Task<Result<Provider>> ProviderService::update(std::string name, ProviderChange change,
                                               std::optional<TimePoint> expected) {
  RAPT_CO_TRY(check(change));
  auto read = [name](store::Transaction& tx) { return load(tx, name, false); };
  auto before = co_await parts_.database.transaction(std::move(read));
  if (!before) co_return before.error();
  RAPT_CO_TRY(check_unchanged(before->provider, expected));
  auto draft = changed(*before, change, parts_.box);
  if (!draft) co_return draft.error();
  const bool concerns_module = change.module || change.settings_json || change.enabled;
  if (draft->provider.enabled && concerns_module) RAPT_CO_TRY(co_await check_usable(*draft));
  // The module was asked about the state that was read: who changed it meanwhile comes first.
  auto work = [draft = *draft, seen = before->provider.updated_at](store::Transaction& tx) -> Result<Stored> {
    const auto present = load(tx, draft.provider.name, true);
    if (!present) return present.error();
    RAPT_TRY(check_unchanged(present->provider, seen));
    RAPT_TRY(check_group(tx, draft.provider));
    RAPT_TRY(providers::update(tx, draft));
    return load(tx, draft.provider.name, false);
  };
  auto stored = co_await parts_.database.transaction(std::move(work));
  if (!stored) co_return stored.error();
  co_return shown(parts_.box, std::move(*stored));
}

Task<Result<void>> ProviderService::remove(std::string name, std::optional<TimePoint> expected) {
  auto work = [name = std::move(name), expected](store::Transaction& tx) -> Result<void> {
    const auto present = load(tx, name, true);
    if (!present) return present.error();
    RAPT_TRY(check_unchanged(present->provider, expected));
    return erase(tx, name);
  };
  co_return co_await parts_.database.transaction(std::move(work));
}

Task<Result<std::vector<ProviderRef>>> ProviderService::offered() {
  const auto rows = co_await parts_.database.query(kOffered);
  if (!rows) co_return rows.error();
  std::vector<ProviderRef> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back({(*rows)[i].text("name"), (*rows)[i].text("title")});
  co_return out;
}

Task<Result<Lookup>> ProviderService::lookup(std::string email) {
  Lookup found;
  const auto domain = domain_of(email);
  if (domain.empty()) co_return found;
  const auto rows = co_await parts_.database.query(kLookup, store::params(domain));
  if (!rows) co_return rows.error();
  if (const auto row = rows->first()) {
    ProviderRef provider{row->text("name"), row->text("title")};
    found.provider = std::move(provider);
    found.forced = row->boolean("forced");
  }
  co_return found;
}

Task<Result<std::optional<ProviderRef>>> ProviderService::forced_for(std::string email) {
  auto found = co_await lookup(std::move(email));
  if (!found) co_return found.error();
  if (!found->forced) co_return std::optional<ProviderRef>{};
  co_return std::move(found->provider);
}

}  // namespace rapt::providers
