// SPDX-License-Identifier: AGPL-3.0-or-later
#include "submissions.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "publish_input.hpp"
#include "publishers.hpp"
#include "rapt/base/text.hpp"
#include "version_order.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using store::params;
using store::Statement;
using store::Transaction;

constexpr Statement kCount{
    "publish_count",
    "UPDATE publishers SET uploads = CASE WHEN uploads_on = current_date THEN uploads + 1 ELSE 1 END, "
    "uploads_on = current_date WHERE name = $1 AND (uploads_on <> current_date OR uploads < $2::int)"};
constexpr Statement kOwner{"publish_owner",
                           "SELECT m.publisher, m.created_at, EXISTS (SELECT 1 FROM module_versions v WHERE "
                           "v.module = m.name AND v.state <> 'rejected') AS used FROM modules m WHERE m.name = $1"};
constexpr Statement kKnownVersions{"publish_versions",
                                   "SELECT version, state, sha256, submitted_at, published_at, yanked_because "
                                   "FROM module_versions WHERE module = $1 AND state <> 'rejected'"};
constexpr Statement kRunning{"publish_running",
                             "SELECT v.module, v.version FROM module_versions v JOIN modules m ON m.name = v.module "
                             "WHERE m.publisher = $1 AND v.state = 'submitted' LIMIT 1"};
constexpr Statement kKeepModule{
    "publish_module",
    "INSERT INTO modules (name, publisher, category) VALUES ($1, $2, coalesce(nullif($3, ''), 'other')) "
    "ON CONFLICT (name) DO UPDATE SET publisher = $2, category = coalesce(nullif($3, ''), modules.category)"};
constexpr Statement kDropRejected{
    "publish_drop_rejected",
    "DELETE FROM module_versions v USING publisher_keys k WHERE v.module = $1 AND v.state = 'rejected' "
    "AND k.key_id = v.key_id AND (v.version = $2 OR k.publisher <> $3)"};
constexpr Statement kInsertSubmission{
    "publish_insert",
    "INSERT INTO module_versions (module, version, sort_key, channel, state, sha256, bytes, key_id, manifest, "
    "abi_major, "
    "abi_minor, hooks, permissions, architectures, dependencies, change_log, findings) VALUES ($1, $2, $3, $4, "
    "'submitted', $5, $6::bigint, $7, $8::jsonb, $9::int, $10::int, $11::text[], $12::text[], $13::text[], $14::jsonb, "
    "$15, $16::jsonb)"};
#define RAPT_SUBMISSION                                                                                            \
  "SELECT v.module, v.version, v.channel, v.state, v.sha256, v.bytes, v.key_id, v.findings, v.review_note, "       \
  "v.submitted_at, v.published_at, v.yanked_because, m.publisher FROM module_versions v JOIN modules m ON m.name " \
  "= v.module "
constexpr Statement kOneSubmission{
    "publish_submission", RAPT_SUBMISSION "WHERE v.module = $1 AND v.version = $2 AND (m.publisher = $3 OR $3 = '')"};
constexpr Statement kMine{"publish_submissions",
                          RAPT_SUBMISSION "WHERE m.publisher = $1 ORDER BY v.submitted_at DESC LIMIT 100"};
constexpr Statement kWaiting{"publish_waiting",
                             RAPT_SUBMISSION "WHERE v.state = 'review' ORDER BY v.submitted_at LIMIT 100"};
#undef RAPT_SUBMISSION

json to_json(const store::Row& row) {
  json out = {{"module", row.text("module")},
              {"version", row.text("version")},
              {"publisher", row.text("publisher")},
              {"channel", row.text("channel")},
              {"state", row.text("state")},
              {"sha256", row.text("sha256")},
              {"bytes", row.integer("bytes")},
              {"key_id", row.text("key_id")},
              {"findings", json::parse(row.text("findings"))},
              {"review_note", row.text("review_note")},
              {"submitted_at", to_rfc3339(row.time("submitted_at"))},
              {"published_at", nullptr},
              {"yanked", nullptr}};
  if (const auto at = row.optional_time("published_at")) out["published_at"] = to_rfc3339(*at);
  if (const auto because = row.optional_text("yanked_because")) out["yanked"] = *because;
  return out;
}

std::string dump(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<std::string> list(const Result<store::Rows>& rows) {
  if (!rows) return rows.error();
  auto out = json::array();
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back(to_json((*rows)[i]));
  return dump(out);
}

/// A module belongs to the publisher whose first submission was not rejected.
Result<void> check_owner(Transaction& tx, const Upload& upload, TimePoint now) {
  const auto rows = tx.exec(kOwner, params(upload.module));
  if (!rows) return rows.error();
  if (const auto row = rows->first(); row && row->boolean("used")) {
    if (row->text("publisher") == upload.publisher) return {};
    return coded(ErrorKind::kForbidden, "MODULE_OF_ANOTHER",
                 "The module " + upload.module + " belongs to the publisher " + row->text("publisher") + " since " +
                     to_rfc3339(row->time("created_at")) + ". Choose another name.");
  }
  return check_module_name(tx, upload.module, upload.publisher, now);
}

Error exists(const Upload& upload, const store::Row& row) {
  const auto what = upload.module + " " + upload.version;
  const auto state = row.text("state");
  const auto since = to_rfc3339(state == "published" ? row.time("published_at") : row.time("submitted_at"));
  if (state == "published") {
    const auto because = row.optional_text("yanked_because");
    return coded(ErrorKind::kConflict, "VERSION_EXISTS",
                 what + " is published since " + since + (because ? ", and yanked since" : "") +
                     ". A published version never changes: give this one a higher number.");
  }
  return coded(ErrorKind::kConflict, "VERSION_EXISTS",
               "Other bytes were handed in as " + what + " at " + since + "; their state is \"" + state +
                   "\". Wait for the outcome, or give this one a higher number.");
}

Result<void> check_channel(const Upload& upload, const Version& version) {
  if (!version.is_prerelease() || upload.channel == Channel::kBeta) return {};
  return Error::invalid("channel", upload.version +
                                       " is a pre-release: it can be published on the channel beta alone "
                                       "(--channel beta).");
}

/// The section of the change log that is about this version; all of it where there is none.
std::string change_log_of(const bundle::Bundle& bundle) {
  constexpr std::size_t kMost = std::size_t{32} << 10;
  const auto file = bundle.files.find(bundle::papers_of(bundle).change_log);
  if (file == bundle.files.end() || !is_utf8(file->second.bytes)) return "";
  const auto& text = file->second.bytes;
  std::string section;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = std::string_view(text).substr(at, end - at);
    if (line.starts_with("## ")) {
      if (inside) break;
      inside = line.find(bundle.manifest.version) != std::string_view::npos;
    } else if (inside) {
      section.append(line).append("\n");
    }
    at = end + 1;
  }
  auto out = section.empty() ? text : section;
  if (out.size() > kMost) out.resize(kMost);
  while (!is_utf8(out)) out.pop_back();
  std::erase(out, '\0');
  return out;
}

}  // namespace

Result<void> count_upload(Transaction& tx, const std::string& publisher, int most_a_day) {
  const auto counted = tx.exec(kCount, params(publisher, most_a_day));
  if (!counted) return counted.error();
  if (counted->affected() == 1) return {};
  auto out = coded(ErrorKind::kRateLimited, "UPLOADS_USED_UP",
                   "The publisher " + publisher + " has handed in " + std::to_string(most_a_day) +
                       " bundles today, which is the most. Go on tomorrow.");
  out.retry_after_seconds = 3600;
  return out;
}

Result<Admission> admit_upload(Transaction& tx, const Upload& upload, TimePoint now) {
  const auto version = Version::parse(upload.version);
  if (!version) return Error::invalid("version", "\"" + printable(upload.version, 80) + "\" is no semantic version.");
  RAPT_TRY(check_channel(upload, *version));
  RAPT_TRY(check_owner(tx, upload, now));
  const auto rows = tx.exec(kKnownVersions, params(upload.module));
  if (!rows) return rows.error();
  std::vector<std::string> others;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    if (row.text("version") != upload.version) {
      others.push_back(row.text("version"));
      continue;
    }
    if (row.text("state") == "published" || row.text("sha256") != upload.sha256) return exists(upload, row);
    return Admission{.same = true};
  }
  if (const auto higher = in_the_way(*version, others)) {
    return coded(ErrorKind::kConflict, "VERSION_ORDER",
                 upload.version + " is not higher than " + *higher +
                     ", which is there. Only a patch of an older line "
                     "(1.2.4 after 1.2.3) may come after a higher version.");
  }
  const auto running = tx.exec(kRunning, params(upload.publisher));
  if (!running) return running.error();
  if (!running->empty()) {
    return coded(ErrorKind::kConflict, "CHECK_RUNNING",
                 (*running)[0].text("module") + " " + (*running)[0].text("version") +
                     " of yours is being checked. Hand in the next one when that is done.");
  }
  return Admission{};
}

Result<void> store_upload(Transaction& tx, const Upload& upload, const bundle::Bundle& bundle,
                          const std::vector<Finding>& findings) {
  const auto& manifest = bundle.manifest;
  if (auto kept = tx.exec(kKeepModule, params(upload.module, upload.publisher, upload.category)); !kept)
    return kept.error();
  if (auto dropped = tx.exec(kDropRejected, params(upload.module, upload.version, upload.publisher)); !dropped)
    return dropped.error();
  std::vector<std::string> hooks, permissions, architectures;
  for (const auto& hook : manifest.hooks) hooks.push_back(hook.point);
  for (const auto& permission : manifest.permissions) permissions.push_back(permission.name);
  for (const auto& [architecture, path] : manifest.libraries) architectures.push_back(architecture);
  auto values = params(upload.module, upload.version, sort_key(*Version::parse(upload.version)), name(upload.channel),
                       upload.sha256, static_cast<std::int64_t>(upload.bytes), bundle.publisher_key_id,
                       bundle.files.at("manifest.json").bytes, static_cast<std::int64_t>(manifest.abi_major),
                       static_cast<std::int64_t>(manifest.abi_minor));
  values.add_array(hooks).add_array(permissions).add_array(architectures);
  values.add(dump(json(manifest.dependencies))).add(change_log_of(bundle)).add(encode_findings(findings));
  const auto inserted = tx.exec(kInsertSubmission, values);
  if (!inserted) return inserted.error();
  return {};
}

Result<std::string> describe_submission(Transaction& tx, const std::string& module, const std::string& version,
                                        const std::string& publisher) {
  const auto rows = tx.exec(kOneSubmission, params(module, version, publisher));
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("submission as " + printable(module, 80) + " " + printable(version, 80));
  return dump(to_json((*rows)[0]));
}

Result<std::string> list_submissions(Transaction& tx, const std::string& publisher) {
  return publisher.empty() ? list(tx.exec(kWaiting)) : list(tx.exec(kMine, params(publisher)));
}

}  // namespace rapt::marketplace
