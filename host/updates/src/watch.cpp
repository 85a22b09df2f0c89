// SPDX-License-Identifier: AGPL-3.0-or-later
// New versions on probation: kept, or taken back.
#include <algorithm>

#include "look.hpp"
#include "probation.hpp"
#include "rapt/base/log.hpp"
#include "rapt/mail/administrators.hpp"
#include "rapt/updates/updater.hpp"

namespace rapt::updates {
namespace {

using Kind = Judgement::Kind;
using store::params;

constexpr store::Statement kHold{"updates_hold", R"(
  INSERT INTO module_holds (module, version, because) SELECT name, $2, $3 FROM modules WHERE name = $1
  ON CONFLICT (module, version) DO UPDATE SET because = excluded.because, held_at = now())"};
constexpr store::Statement kUnsay{"updates_unsay", R"(
  UPDATE module_updates SET installed_version = m.version, held_because = $2 FROM modules m
   WHERE module = $1 AND m.name = $1)"};
struct Teller {
  const security::SecretBox& box;
  std::string public_url;
};

/// The version that failed is held, its update is over, and administrators are told.
Result<void> tell_taken_back(store::Transaction& tx, const Watched& failed, const std::string& fault,
                             const Teller& teller) {
  const auto because = failed.failed_because + (fault.empty() ? " and was rolled back." : ".");
  RAPT_TRY(tx.exec(kHold, params(failed.module, failed.to, because)));
  RAPT_TRY(tx.exec(kUnsay, params(failed.module, because)));
  const auto text = fault.empty() ? because + " " + failed.module + " " + failed.from + " runs again."
                                  : because + " It could not be rolled back: " + fault;
  RAPT_TRY(keep_event(tx, failed.module, fault.empty() ? "rolled_back" : "failed", failed.to, text));
  RAPT_TRY(end_probation(tx, failed.update_id));
  const auto subject = failed.module + " " + failed.to + (fault.empty() ? " was rolled back" : " fails");
  const auto more = "\n\nThis version is not taken by itself again. It can be installed by hand.\n\n";
  return mail::enqueue_to_administrators(tx, teller.box, subject, text + more + teller.public_url + "/admin/modules\n");
}

/// "" when every module of the update is what it was before; else why not. Fails when the database is away: the next
/// look goes on from there.
Task<Result<std::string>> take_back(install::Installer& installer, std::vector<Watched> together) {
  for (const auto& one : together) {
    if (one.installed != one.to) continue;  // gone back already, or never gone forth
    const auto record = co_await installer.rollback(one.module, true);
    if (record) continue;
    if (record.error().kind == ErrorKind::kUnavailable) co_return record.error();
    co_return record.error().message;
  }
  co_return std::string();
}

std::vector<Watched> of_one_update(const std::vector<Watched>& all, const std::string& id) {
  std::vector<Watched> out;
  std::copy_if(all.begin(), all.end(), std::back_inserter(out), [&](const auto& one) { return one.update_id == id; });
  return out;
}

/// All of the update are judged together: what one of them needs of another holds as long as both stay.
Judgement judge_all(const std::vector<Watched>& together, const Probation& probation, Watched& failed) {
  Judgement all{Kind::kKept};
  for (const auto& one : together) {
    auto judgement = judge(one, probation);
    if (judgement.kind == Kind::kFailed) {
      failed = one;
      return judgement;
    }
    if (judgement.kind == Kind::kWatching) all.kind = Kind::kWatching;
    if (judgement.kind == Kind::kGone && all.kind == Kind::kKept) all.kind = Kind::kGone;
  }
  return all;
}

}  // namespace

Task<Result<void>> Updater::settle(std::vector<Watched> together) {
  Watched failed;
  const auto judgement = judge_all(together, options_.probation, failed);
  if (judgement.kind == Kind::kWatching) co_return Result<void>();
  if (judgement.kind != Kind::kFailed) {
    auto ending = [together, kept = judgement.kind == Kind::kKept](store::Transaction& tx) -> Result<void> {
      for (const auto& one : together)
        if (kept) RAPT_TRY(keep_event(tx, one.module, "kept", one.to, "Its probation is over."));
      return end_probation(tx, together.front().update_id);
    };
    co_return co_await parts_.database.transaction(std::move(ending));
  }
  failed.failed_because = judgement.because;
  log::warn("modules.update_failed",
            {{"module", failed.module}, {"version", failed.to}, {"reason", judgement.because}});
  RAPT_CO_TRY(co_await condemn(parts_.database, failed.module, judgement.because));
  const auto fault = co_await take_back(parts_.installer, std::move(together));
  if (!fault) co_return fault.error();
  const Teller teller{parts_.box, options_.public_url};
  auto telling = [failed, why = *fault, teller](store::Transaction& tx) {
    return tell_taken_back(tx, failed, why, teller);
  };
  co_return co_await parts_.database.transaction(std::move(telling));
}

Task<Result<void>> Updater::watch() {
  const auto all = co_await on_probation(parts_.database);
  if (!all) co_return all.error();
  std::string last;
  for (const auto& one : *all) {
    if (one.update_id == last) continue;
    last = one.update_id;
    RAPT_CO_TRY(co_await settle(of_one_update(*all, last)));
  }
  co_return Result<void>();
}

}  // namespace rapt::updates
