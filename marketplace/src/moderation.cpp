// SPDX-License-Identifier: AGPL-3.0-or-later
#include "moderation.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "publish_input.hpp"
#include "publishers.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using store::params;
using store::Statement;
using store::Transaction;

constexpr std::size_t kMostNote = 1000, kMostAdvisoryWords = 300, kMostAdvisoryTitle = 200, kMostText = 4000;

constexpr Statement kDecide{
    "moderate_review",
    "UPDATE module_versions SET state = $3, review_note = $4 WHERE module = $1 AND version = $2 "
    "AND state = 'review'"};
constexpr Statement kState{"moderate_state", "SELECT state FROM module_versions WHERE module = $1 AND version = $2"};
constexpr Statement kPublisherStates{
    "moderate_publishers",
    "SELECT name, title, contact, reviewed, suspended_because, created_at, (SELECT count(*) FROM modules m WHERE "
    "m.publisher = p.name) AS modules FROM publishers p ORDER BY name"};
constexpr Statement kReviewed{"moderate_reviewed", "UPDATE publishers SET reviewed = $2::boolean WHERE name = $1"};
constexpr Statement kSuspend{"moderate_suspend", "UPDATE publishers SET suspended_because = $2 WHERE name = $1"};
// One at a time: ids are counted.
constexpr Statement kLockPublisher{"advisory_lock", "SELECT pg_advisory_xact_lock(5117002)"};
constexpr Statement kNextId{
    "advisory_next",
    "SELECT 'RA-' || to_char($1::timestamptz AT TIME ZONE 'UTC', 'YYYY') || '-' || lpad((1 + coalesce(max(substr(id, "
    "9)::int), 0))::text, 4, '0') AS id FROM advisories WHERE substr(id, 4, 4) = to_char($1::timestamptz AT TIME ZONE "
    "'UTC', 'YYYY')"};
constexpr Statement kModule{"advisory_module", "SELECT 1 FROM modules WHERE name = $1"};
constexpr Statement kInsertAdvisory{
    "advisory_insert",
    "INSERT INTO advisories (id, module, affected, fixed, severity, title, body, url, published_at) VALUES ($1, "
    "nullif($2, ''), $3, $4, $5, $6, $7, $8, $9::timestamptz)"};
constexpr Statement kWithdraw{"advisory_withdraw",
                              "UPDATE advisories SET withdrawn_at = now() WHERE id = $1 AND withdrawn_at IS NULL"};
constexpr Statement kAll{"advisory_all", "SELECT * FROM advisories ORDER BY published_at, id"};

Result<void> one_row(const Result<store::Rows>& changed, const std::string& publisher) {
  if (!changed) return changed.error();
  if (changed->affected() == 0) return Error::not_found("publisher as " + printable(publisher, 80));
  return {};
}

Advisory read(const store::Row& row) {
  Advisory out;
  out.id = row.text("id");
  out.module = row.text("module");
  out.affected = row.text("affected");
  out.fixed = row.text("fixed");
  out.severity = row.text("severity");
  out.title = row.text("title");
  out.text = row.text("body");
  out.url = row.text("url");
  out.published_at = row.time("published_at");
  return out;
}

/// Signs those that are not withdrawn.
Result<void> announce(Transaction& tx, const Repository& repository) {
  const auto rows = tx.exec(kAll);
  if (!rows) return rows.error();
  std::vector<Advisory> all;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    if ((*rows)[i].is_null("withdrawn_at")) all.push_back(read((*rows)[i]));
  }
  return repository.put_advisories(tx, all);
}

Result<void> check(const Advisory& advisory) {
  static constexpr std::array<std::string_view, 4> kSeverities{"low", "medium", "high", "critical"};
  if (!VersionRange::parse(advisory.affected))
    return Error::invalid("affected", "has to be a range of versions, as \">=1.2 <1.4.1\".");
  if (!advisory.fixed.empty() && !Version::parse(advisory.fixed))
    return Error::invalid("fixed", "has to be a version, as 1.4.1.");
  const auto range = VersionRange::parse(advisory.affected);
  if (!advisory.fixed.empty() && range->contains(*Version::parse(advisory.fixed)))
    return Error::invalid("fixed", "is among the versions that are affected.");
  if (std::find(kSeverities.begin(), kSeverities.end(), advisory.severity) == kSeverities.end())
    return Error::invalid("severity", "has to be low, medium, high or critical.");
  if (advisory.title.empty()) return Error::invalid("title", "is missing.");
  RAPT_TRY(check_line("title", advisory.title, kMostAdvisoryTitle));
  if (!is_utf8(advisory.text) || count_code_points(advisory.text) > kMostText)
    return Error::invalid("text", "may have " + std::to_string(kMostText) + " characters.");
  if (!is_link(advisory.url)) return Error::invalid("url", "has to be an address that begins with https://.");
  return {};
}

}  // namespace

Result<void> decide_review(Transaction& tx, const std::string& module, const std::string& version, bool approved,
                           const std::string& note) {
  RAPT_TRY(check_line("note", note, kMostNote));
  const auto changed = tx.exec(kDecide, params(module, version, approved ? "approved" : "rejected", note));
  if (!changed) return changed.error();
  if (changed->affected() == 1) return {};
  const auto rows = tx.exec(kState, params(module, version));
  if (!rows) return rows.error();
  const auto what = printable(module, 80) + " " + printable(version, 80);
  if (rows->empty()) return Error::not_found("submission as " + what);
  return Error::conflict(what + " does not wait for a review: its state is \"" + (*rows)[0].text("state") + "\".");
}

Result<std::string> list_publishers(Transaction& tx) {
  const auto rows = tx.exec(kPublisherStates);
  if (!rows) return rows.error();
  auto out = json::array();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const auto because = row.optional_text("suspended_because");
    out.push_back({{"name", row.text("name")},
                   {"title", row.text("title")},
                   {"contact", row.text("contact")},
                   {"reviewed", row.boolean("reviewed")},
                   {"modules", row.integer("modules")},
                   {"since", to_rfc3339(row.time("created_at"))},
                   {"suspended", because ? json(*because) : json()}});
  }
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<void> set_reviewed(Transaction& tx, const std::string& publisher, bool reviewed) {
  return one_row(tx.exec(kReviewed, params(publisher, reviewed)), publisher);
}

Result<Delegated> suspend(Transaction& tx, const Repository& repository, const std::string& publisher,
                          const std::string& because) {
  if (because.empty()) return Error::invalid("because", "is missing.");
  RAPT_TRY(check_line("because", because, kMostAdvisoryWords));
  RAPT_TRY(one_row(tx.exec(kSuspend, params(publisher, because)), publisher));
  return repository.expel(tx, publisher);
}

Result<Delegated> resume(Transaction& tx, const Repository& repository, const std::string& publisher) {
  RAPT_TRY(one_row(tx.exec(kSuspend, params(publisher, std::optional<std::string>())), publisher));
  return admit_again(tx, repository, publisher);
}

Result<std::string> add_advisory(Transaction& tx, const Repository& repository, Advisory advisory, TimePoint now) {
  RAPT_TRY(check(advisory));
  if (!advisory.module.empty()) {
    const auto there = tx.exec(kModule, params(advisory.module));
    if (!there) return there.error();
    if (there->empty()) return Error::not_found("module as " + printable(advisory.module, 80));
  }
  if (const auto locked = tx.exec(kLockPublisher); !locked) return locked.error();
  const auto id = tx.exec(kNextId, params(now));
  if (!id) return id.error();
  advisory.id = (*id)[0].text("id");
  const auto inserted =
      tx.exec(kInsertAdvisory, params(advisory.id, advisory.module, advisory.affected, advisory.fixed,
                                      advisory.severity, advisory.title, advisory.text, advisory.url, now));
  if (!inserted) return inserted.error();
  RAPT_TRY(announce(tx, repository));
  return advisory.id;
}

Result<void> withdraw_advisory(Transaction& tx, const Repository& repository, const std::string& id) {
  const auto changed = tx.exec(kWithdraw, params(id));
  if (!changed) return changed.error();
  if (changed->affected() == 0) return Error::not_found("advisory that counts as " + printable(id, 40));
  return announce(tx, repository);
}

Result<std::string> list_advisories(Transaction& tx) {
  const auto rows = tx.exec(kAll);
  if (!rows) return rows.error();
  auto out = json::array();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto one = read((*rows)[i]);
    const auto gone = (*rows)[i].optional_time("withdrawn_at");
    out.push_back({{"id", one.id},
                   {"module", one.module.empty() ? "platform" : one.module},
                   {"affected", one.affected},
                   {"fixed", one.fixed},
                   {"severity", one.severity},
                   {"title", one.title},
                   {"published_at", to_rfc3339(one.published_at)},
                   {"withdrawn_at", gone ? json(to_rfc3339(*gone)) : json()}});
  }
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace rapt::marketplace
