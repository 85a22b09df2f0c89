// SPDX-License-Identifier: AGPL-3.0-or-later
#include "stored_archives.hpp"

#include "rapt/security/crypto.hpp"

namespace rapt::install {
namespace {

using store::params;

constexpr std::size_t kPiece = 1u << 20;  // a value of the protocol is at most 1 GiB, and is kept in memory twice

constexpr store::Statement kAdd{"module_archives_add",
                                "INSERT INTO module_archives (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING"};
constexpr store::Statement kAddPiece{
    "module_archives_add_piece",
    "INSERT INTO module_archive_chunks (digest, position, piece) VALUES ($1, $2, decode($3, 'hex'))"};
constexpr store::Statement kFindArchive{"module_archives_find", "SELECT bytes FROM module_archives WHERE digest = $1"};
constexpr store::Statement kPiece1{
    "module_archives_piece",
    "SELECT encode(piece, 'hex') AS piece FROM module_archive_chunks WHERE digest = $1 AND position = $2"};
constexpr store::Statement kOldUploads{"module_uploads_old",
                                       "DELETE FROM module_uploads WHERE created_at < now() - interval '1 hour'"};
constexpr store::Statement kForget{"module_archives_forget", R"(
  DELETE FROM module_archives AS a
   WHERE NOT EXISTS (SELECT 1 FROM modules m WHERE a.digest IN (m.digest, m.previous_digest))
     AND NOT EXISTS (SELECT 1 FROM module_uploads u WHERE u.digest = a.digest))"};

}  // namespace

Result<void> store_archive(store::Transaction& tx, const std::string& digest_hex, std::string_view bytes) {
  const auto added = tx.exec(kAdd, params(digest_hex, static_cast<std::int64_t>(bytes.size())));
  if (!added) return added.error();
  if (added->affected() == 0) return {};
  int position = 0;
  for (std::size_t from = 0; from < bytes.size(); from += kPiece, ++position)
    RAPT_TRY(tx.exec(kAddPiece, params(digest_hex, position, security::to_hex(bytes.substr(from, kPiece)))));
  return {};
}

Result<std::string> stored_archive(store::Transaction& tx, const std::string& digest_hex) {
  const auto found = tx.exec(kFindArchive, params(digest_hex));
  if (!found) return found.error();
  if (found->empty()) return Error::not_found("archive in the database");
  const auto size = static_cast<std::size_t>((*found)[0].integer("bytes"));
  std::string out;
  for (int position = 0; out.size() < size; ++position) {
    const auto rows = tx.exec(kPiece1, params(digest_hex, position));
    if (!rows) return rows.error();
    if (rows->empty()) break;
    const auto piece = security::from_hex((*rows)[0].text("piece"));
    if (!piece) return piece.error();
    out += *piece;
  }
  if (security::hex(security::sha256(out)) == digest_hex) return out;
  return Error::forbidden(
      "The archive that the database keeps is not the bundle that was installed: it has been changed.");
}

Result<void> forget_archives(store::Transaction& tx) {
  RAPT_TRY(tx.exec(kOldUploads));
  RAPT_TRY(tx.exec(kForget));
  return {};
}

}  // namespace rapt::install
