// SPDX-License-Identifier: AGPL-3.0-or-later
// What happens to a submission in the background: read through, tried in its sandbox, decided.
#include <algorithm>
#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "blobs.hpp"
#include "bundle_checks.hpp"
#include "publishing.hpp"
#include "rapt/base/log.hpp"
#include "rapt/bundle/consent.hpp"
#include "submissions.hpp"

namespace rapt::marketplace {
namespace {

using store::params;
using store::Statement;
using store::Transaction;
using Level = Finding::Level;

constexpr std::chrono::seconds kClaimAgainAfter{10};

constexpr Statement kClaim{
    "check_claim",
    "UPDATE module_versions v SET checking_until = now() + interval '60 seconds' FROM modules m WHERE m.name = "
    "v.module "
    "AND (v.module, v.version) = (SELECT module, version FROM module_versions WHERE state = 'submitted' AND "
    "(checking_until IS NULL OR checking_until < now()) ORDER BY submitted_at LIMIT 1 FOR UPDATE SKIP LOCKED) "
    "RETURNING v.module, v.version, v.sha256, v.bytes, v.sort_key, m.publisher, v.findings"};
constexpr Statement kClaimAgain{"check_claim_again",
                                "UPDATE module_versions SET checking_until = now() + interval '60 seconds' "
                                "WHERE module = $1 AND version = $2 AND sha256 = $3 AND state = 'submitted'"};
constexpr Statement kBefore{
    "check_before",
    "SELECT sha256, bytes FROM module_versions WHERE module = $1 AND state = 'published' AND sort_key COLLATE \"C\" < "
    "$2 COLLATE \"C\" ORDER BY sort_key COLLATE \"C\" DESC LIMIT 1"};
constexpr Statement kOffered{
    "check_offered",
    "SELECT version FROM module_versions WHERE module = $1 AND state = 'published' AND yanked_at IS NULL"};
constexpr Statement kNewest{
    "check_newest",
    "SELECT p.reviewed, (SELECT v.manifest::text FROM module_versions v WHERE v.module = $2 AND v.state = 'published' "
    "ORDER BY v.sort_key COLLATE \"C\" DESC LIMIT 1) AS manifest FROM publishers p WHERE p.name = $1"};
constexpr Statement kShowFindings{"check_findings",
                                  "UPDATE module_versions SET findings = $4::jsonb WHERE module = $1 AND version = $2 "
                                  "AND sha256 = $3 AND state = 'submitted'"};
constexpr Statement kSettle{
    "check_settle",
    "UPDATE module_versions SET state = $4, findings = $5::jsonb, checking_until = NULL WHERE module = $1 AND "
    "version = $2 AND sha256 = $3 AND state = 'submitted'"};

struct Claimed {
  std::string module, version, sha256, sort_key, publisher;
  std::uint64_t bytes = 0;
};

/// The findings so far, and what decides.
struct Verdict {
  std::vector<Finding> findings;
  bool tried = false;  ///< the conformance kit ran
  std::string doubt;   ///< what only an operator can judge; "" for nothing
};

/// Of these the kit's host serves nothing to a stranger's module: no database, no network, no secrets, nobody's data.
constexpr std::array<std::string_view, 6> kNotServed = {"directory", "grades", "http", "secrets", "sessions", "sql"};

/// A module that lives on a service cannot answer where there is none: that is for an operator to judge, and no fault.
void judge_answers(Verdict& verdict, const bundle::Manifest& manifest) {
  std::string missed;
  for (const auto name : kNotServed) {
    if (manifest.permission(name) != nullptr) missed += (missed.empty() ? "" : ", ") + std::string(name);
  }
  if (missed.empty()) return;
  for (auto& finding : verdict.findings) {
    if (finding.check != "conformance" || finding.level != Finding::Level::kError ||
        !finding.text.starts_with("\"answers\""))
      continue;
    finding.level = Finding::Level::kWarning;
    finding.text += " The check gives a module none of: " + missed + ".";
    verdict.doubt = "it does not answer without " + missed + ", which the check does not give";
  }
}

Task<Result<std::string>> blob_of(Blobs& blobs, std::string sha256, std::uint64_t bytes) {
  std::string out;
  std::function<Task<bool>(std::string)> sink = [&out](std::string piece) -> Task<bool> {
    out += piece;
    co_return true;
  };
  auto read = co_await blobs.read(sha256, 0, bytes, std::move(sink));
  if (!read) co_return read.error();
  if (security::hex(security::sha256(out)) != sha256)
    co_return Error::internal("the blob " + sha256 + " holds other bytes");
  co_return out;
}

Finding dependency(Transaction& tx, const std::string& module, const std::string& range_text) {
  const auto range = VersionRange::parse(range_text);
  const auto rows = tx.exec(kOffered, params(module));
  if (!rows) return {"dependencies", Level::kError, "The registry could not look up " + module + ". Hand it in again."};
  if (rows->empty())
    return {"dependencies", Level::kError, "It needs " + module + ", and no version of that is published here."};
  for (std::size_t i = 0; range && i < rows->size(); ++i) {
    const auto version = Version::parse((*rows)[i].text("version"));
    if (version && range->contains(*version))
      return {"dependencies", Level::kOk, "It needs " + module + " " + range_text + ", and there is one."};
  }
  return {"dependencies", Level::kError,
          "It needs " + module + " " + range_text + ", and none of the published versions is in that range."};
}

std::set<std::string> grants(const bundle::Manifest& manifest) {
  std::set<std::string> out;
  for (const auto& permission : manifest.permissions) {
    for (auto& grant : bundle::grants_of(permission)) out.insert(std::move(grant));
  }
  return out;
}

/// What it may do or is told beyond `old`. An instance asks its administrator about the same.
std::string more_than(const bundle::Manifest& manifest, const bundle::Manifest& old) {
  std::vector<std::string> found;
  const auto had = grants(old);
  for (const auto& grant : grants(manifest)) {
    if (!had.contains(grant)) found.push_back(grant);
  }
  for (const auto& hook : manifest.hooks) {
    const auto change = bundle::change_of(hook, old.hooks);
    if (change.more) found.push_back("the hook " + hook.point + " (\"" + change.words + "\")");
  }
  std::string out;
  for (const auto& one : found) out += (out.empty() ? "" : ", ") + one;
  return out;
}

/// Why an operator has to look at it first; "" when nobody has to.
Result<std::string> review_reason(Transaction& tx, const Claimed& claimed, const bundle::Manifest& manifest) {
  const auto rows = tx.exec(kNewest, params(claimed.publisher, claimed.module));
  if (!rows) return rows.error();
  if (rows->empty()) return Error::internal("no publisher " + claimed.publisher);
  const auto before = (*rows)[0].optional_text("manifest");
  if (!before) {
    return (*rows)[0].boolean("reviewed") ? ""
                                          : "it is the first version of a module by a publisher that nobody has "
                                            "reviewed yet";
  }
  const auto old = bundle::parse_manifest(*before);
  if (!old) return "the manifest of its newest published version cannot be read any more";
  const auto more = more_than(manifest, *old);
  return more.empty() ? "" : "it asks for more than its newest published version: " + more;
}

Result<std::string> decide(Transaction& tx, const Claimed& claimed, const bundle::Bundle& bundle, Verdict& verdict) {
  if (has_error(verdict.findings)) return "rejected";
  auto reason = review_reason(tx, claimed, bundle.manifest);
  if (!reason) return reason.error();
  if (reason->empty() && !verdict.tried) reason = "the conformance kit was not run";
  if (reason->empty()) reason = verdict.doubt;
  if (reason->empty()) return "approved";
  verdict.findings.push_back(
      {"review", Level::kNote, "An operator of the registry looks at it first: " + *reason + "."});
  return "review";
}

Task<Result<void>> settle(Site& site, Claimed claimed, std::shared_ptr<const bundle::Bundle> bundle, Verdict verdict) {
  auto work = [claimed, bundle, verdict](Transaction& tx) mutable -> Result<void> {
    auto all = verdict;
    auto state = decide(tx, claimed, *bundle, all);
    if (!state) return state.error();
    const auto done = tx.exec(
        kSettle, params(claimed.module, claimed.version, claimed.sha256, *state, encode_findings(all.findings)));
    if (!done) return done.error();
    log::info("submission.checked", {{"module", claimed.module}, {"version", claimed.version}, {"state", *state}});
    return {};
  };
  co_return co_await site.database.transaction(std::move(work));
}

/// The bundle that came before, to compare migrations with. nullptr when there is none.
Task<Result<std::shared_ptr<const bundle::Bundle>>> bundle_before(Site& site, const Claimed& claimed) {
  const auto rows = co_await site.database.query(kBefore, params(claimed.module, claimed.sort_key));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return std::shared_ptr<const bundle::Bundle>();
  const auto size = static_cast<std::uint64_t>((*rows)[0].integer("bytes"));
  auto archive = co_await blob_of(site.blobs, (*rows)[0].text("sha256"), size);
  if (!archive) co_return archive.error();
  auto work = [bytes = std::move(*archive)]() { return bundle::read_bundle(bytes); };
  auto read = co_await site.publishing->readers().run(std::move(work));
  if (!read) co_return read.error();
  co_return std::make_shared<const bundle::Bundle>(std::move(*read));
}

Task<Result<std::vector<Finding>>> dependencies(Site& site, std::shared_ptr<const bundle::Bundle> bundle) {
  auto work = [bundle](Transaction& tx) -> Result<std::vector<Finding>> {
    std::vector<Finding> out;
    for (const auto& [module, range] : bundle->manifest.dependencies) out.push_back(dependency(tx, module, range));
    if (out.empty()) out.push_back({"dependencies", Level::kOk, "It needs no other module."});
    return out;
  };
  co_return co_await site.database.transaction(std::move(work));
}

/// Keeps the claim while the kit runs; false when the submission is no longer there.
std::function<bool()> keep_claim(Site& site, const Claimed& claimed) {
  return [&site, claimed, told = std::chrono::steady_clock::now()]() mutable {
    const auto now = std::chrono::steady_clock::now();
    if (now - told < kClaimAgainAfter) return true;
    told = now;
    bool there = true;
    const auto asked = site.database.transaction_blocking([&](Transaction& tx) -> Result<void> {
      const auto kept = tx.exec(kClaimAgain, params(claimed.module, claimed.version, claimed.sha256));
      if (!kept) return kept.error();
      there = kept->affected() == 1;
      return {};
    });
    // A database that is away for a moment is no reason to throw the work away.
    return !asked || there;
  };
}

Task<Result<void>> check(Site& site, Claimed claimed) {
  auto archive = co_await blob_of(site.blobs, claimed.sha256, claimed.bytes);
  if (!archive) co_return archive.error();
  auto bytes = std::make_shared<const std::string>(std::move(*archive));
  auto before = co_await bundle_before(site, claimed);
  if (!before) co_return before.error();
  auto read = [bytes]() { return bundle::read_bundle(*bytes); };
  auto unpacked = co_await site.publishing->readers().run(std::move(read));
  if (!unpacked) co_return unpacked.error();
  auto bundle = std::make_shared<const bundle::Bundle>(std::move(*unpacked));
  auto look = [bundle, bytes, previous = *before]() -> Result<std::vector<Finding>> {
    return read_through(*bundle, bytes->size(), previous.get());
  };
  auto looked = co_await site.publishing->checkers().run(std::move(look));
  if (!looked) co_return looked.error();
  auto needed = co_await dependencies(site, bundle);
  if (!needed) co_return needed.error();
  Verdict verdict{{{"signature", Level::kOk,
                    "It is signed with the key " + bundle->publisher_key_id + " of " + claimed.publisher + "."}},
                  false,
                  {}};
  verdict.findings.insert(verdict.findings.end(), looked->begin(), looked->end());
  verdict.findings.insert(verdict.findings.end(), needed->begin(), needed->end());
  const auto shown = co_await site.database.query(
      kShowFindings, params(claimed.module, claimed.version, claimed.sha256, encode_findings(verdict.findings)));
  if (!shown) co_return shown.error();
  // What is refused anyway need not be run.
  if (!has_error(verdict.findings)) {
    const auto& options = site.publishing->options();
    auto alive = keep_claim(site, claimed);
    auto attempt = [&options, bytes, alive]() -> Result<Conformance> {
      return try_out(options.rapt_program, *bytes, options.check_limits, alive);
    };
    auto tried = co_await site.publishing->checkers().run(std::move(attempt));
    if (!tried) co_return tried.error();
    verdict.tried = tried->ran;
    verdict.findings.insert(verdict.findings.end(), tried->findings.begin(), tried->findings.end());
    judge_answers(verdict, bundle->manifest);
  }
  co_return co_await settle(site, std::move(claimed), std::move(bundle), std::move(verdict));
}

void tell(std::string_view event, const Error& error) {
  log::error(event, {{"detail", error.message + " " + error.log_detail}});
}

/// A check that cannot be made (a blob is gone) would be tried for ever: an operator has to look.
Task<Result<void>> give_up(Site& site, Claimed claimed, Error why) {
  tell("submission.check_failed", why);
  const std::vector<Finding> findings = {
      {"check", Level::kWarning, "The check failed on the registry's side: an operator of it looks at this version."}};
  const auto settled = co_await site.database.query(
      kSettle, params(claimed.module, claimed.version, claimed.sha256, "review", encode_findings(findings)));
  if (!settled) co_return settled.error();
  co_return Result<void>();
}

/// Checks one, if one waits; true then.
Task<Result<bool>> check_next(Site& site) {
  const auto rows = co_await site.database.query(kClaim);
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return false;
  Claimed claimed{row->text("module"),   row->text("version"),   row->text("sha256"),
                  row->text("sort_key"), row->text("publisher"), static_cast<std::uint64_t>(row->integer("bytes"))};
  auto checked = co_await check(site, claimed);
  // What is away for now comes back, and the claim ends by itself.
  if (!checked && checked.error().kind != ErrorKind::kUnavailable)
    checked = co_await give_up(site, std::move(claimed), checked.error());
  if (!checked) co_return checked.error();
  co_return true;
}

}  // namespace

Task<Result<void>> check_submissions(Site& site) {
  for (;;) {
    auto checked = co_await check_next(site);
    if (!checked) co_return checked.error();
    if (!*checked) co_return Result<void>();
  }
}

}  // namespace rapt::marketplace
