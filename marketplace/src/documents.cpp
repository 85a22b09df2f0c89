// SPDX-License-Identifier: AGPL-3.0-or-later
#include "documents.hpp"

namespace rapt::marketplace::documents {
namespace {

using store::params;
using store::Statement;

const Statement kLock{"tuf.lock", "SELECT pg_advisory_xact_lock(7265707001)::text"};
const Statement kCurrent{"tuf.current", R"(
  SELECT version, convert_from(file, 'UTF8') AS file FROM tuf_metadata WHERE role = $1 ORDER BY version DESC LIMIT 1)"};
const Statement kOfVersion{"tuf.of_version", R"(
  SELECT version, convert_from(file, 'UTF8') AS file FROM tuf_metadata WHERE role = $1 AND version = $2::bigint)"};
const Statement kInsert{"tuf.insert", R"(
  INSERT INTO tuf_metadata (role, version, file, expires_at, created_at)
  VALUES ($1, $2::bigint, convert_to($3, 'UTF8'), $4::timestamptz, $5::timestamptz))"};
const Statement kAllMeta{"tuf.all_meta", R"(
  SELECT DISTINCT ON (role) role, version, length(file) AS bytes, encode(sha256(file), 'hex') AS sha256
    FROM tuf_metadata WHERE role NOT IN ('root', 'snapshot', 'timestamp') ORDER BY role, version DESC)"};
const Statement kExpiries{"tuf.expiries", R"(
  SELECT DISTINCT ON (role) role, expires_at FROM tuf_metadata WHERE role = ANY($1::text[])
   ORDER BY role, version DESC)"};
const Statement kPrune{"tuf.prune", R"(
  DELETE FROM tuf_metadata WHERE role = $1 AND version <
    (SELECT max(version) FROM tuf_metadata WHERE role = $1 AND created_at < $2::timestamptz))"};
const Statement kPutTarget{"tuf.put_target", R"(
  INSERT INTO tuf_targets (path, sha256, bytes, updated_at) VALUES ($1, $2, convert_to($3, 'UTF8'), $4::timestamptz)
      ON CONFLICT (path, sha256) DO UPDATE SET updated_at = excluded.updated_at)"};
const Statement kPruneTargets{"tuf.prune_targets", R"(
  DELETE FROM tuf_targets WHERE path = $1 AND sha256 <> $2 AND updated_at < $3::timestamptz)"};

Result<std::optional<Stored>> one(Result<store::Rows> rows) {
  if (!rows) return std::move(rows).error();
  if (rows->empty()) return std::optional<Stored>();
  return std::optional(Stored{(*rows)[0].integer("version"), (*rows)[0].text("file")});
}

Result<void> done(const Result<store::Rows>& rows) {
  if (!rows) return rows.error();
  return {};
}

}  // namespace

Result<void> lock(store::Transaction& transaction) {
  return done(transaction.exec(kLock));
}

Result<std::optional<Stored>> current(store::Transaction& transaction, std::string_view role) {
  return one(transaction.exec(kCurrent, params(role)));
}

Result<std::optional<std::string>> of_version(store::Transaction& transaction, std::string_view role,
                                              std::int64_t version) {
  auto found = one(transaction.exec(kOfVersion, params(role, version)));
  if (!found) return found.error();
  if (!*found) return std::optional<std::string>();
  return std::optional(std::move((*found)->file));
}

Result<void> insert(store::Transaction& transaction, std::string_view role, std::int64_t version, std::string_view file,
                    TimePoint expires, TimePoint now) {
  return done(transaction.exec(kInsert, params(role, version, file, expires, now)));
}

Result<std::map<std::string, tuf::FileMeta>> all_meta(store::Transaction& transaction) {
  const auto rows = transaction.exec(kAllMeta);
  if (!rows) return rows.error();
  std::map<std::string, tuf::FileMeta> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    tuf::FileMeta meta;
    meta.version = row.integer("version");
    meta.length = static_cast<std::uint64_t>(row.integer("bytes"));
    meta.hashes = {{"sha256", row.text("sha256")}};
    out.emplace(row.text("role") + ".json", std::move(meta));
  }
  return out;
}

Result<std::map<std::string, TimePoint>> expiries(store::Transaction& transaction,
                                                  const std::vector<std::string>& roles) {
  const auto rows = transaction.exec(kExpiries, store::Params().add_array(roles));
  if (!rows) return rows.error();
  std::map<std::string, TimePoint> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out.emplace((*rows)[i].text("role"), (*rows)[i].time("expires_at"));
  return out;
}

Result<void> prune(store::Transaction& transaction, std::string_view role, TimePoint then) {
  return done(transaction.exec(kPrune, params(role, then)));
}

Result<void> put_target(store::Transaction& transaction, std::string_view path, std::string_view sha256,
                        std::string_view bytes, TimePoint now, TimePoint then) {
  RAPT_TRY(transaction.exec(kPutTarget, params(path, sha256, bytes, now)));
  return done(transaction.exec(kPruneTargets, params(path, sha256, then)));
}

Task<Result<std::string>> read(store::Database& database, std::string role, std::optional<std::int64_t> version) {
  auto wanted = version ? params(role, *version) : params(role);
  auto rows = co_await database.query(version ? kOfVersion : kCurrent, std::move(wanted));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("document in the metadata");
  co_return (*rows)[0].text("file");
}

}  // namespace rapt::marketplace::documents
