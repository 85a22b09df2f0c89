// SPDX-License-Identifier: AGPL-3.0-or-later
#include "release_archive.hpp"

#include "publish_input.hpp"
#include "rapt/security/sha256.hpp"

namespace rapt::marketplace {
namespace {

using store::params;

constexpr store::Statement kKeep{
    "release_archive.keep",
    "INSERT INTO release_archives (version, architecture, sha256, bytes, min_from, schema_from, built_at, "
    "source_commit) VALUES ($1, $2, $3, $4::bigint, $5, $6, $7::timestamptz, $8) ON CONFLICT DO NOTHING"};
constexpr store::Statement kHas{
    "release_archive.has",
    "SELECT EXISTS (SELECT 1 FROM release_archives WHERE version = $1 AND architecture = $2 AND sha256 = $3) AS here, "
    "EXISTS (SELECT 1 FROM releases r, jsonb_array_elements(r.files) f WHERE r.version = $1 AND f->>'architecture' = "
    "$2 AND f->>'sha256' <> $3) AS other"};

}  // namespace

Result<ReleaseArchive> look_at_archive(const std::filesystem::path& file) {
  auto manifest = release::inspect(file);
  if (!manifest) return manifest.error();
  auto digest = security::digest_of_file(file);
  if (!digest) return digest.error();
  manifest->files.clear();
  return ReleaseArchive{std::move(*manifest), std::move(digest->sha256), digest->bytes};
}

Task<Result<void>> keep_archive(store::Database& database, Blobs& blobs, ReleaseArchive archive,
                                std::filesystem::path file) {
  const auto kept = co_await blobs.put_file(archive.sha256, std::move(file));
  if (!kept) co_return kept.error();
  const auto& manifest = archive.manifest;
  auto values =
      params(manifest.version, manifest.architecture, archive.sha256, static_cast<std::int64_t>(archive.bytes),
             manifest.min_from, manifest.schema_from, manifest.built_at, manifest.commit);
  const auto remembered = co_await database.query(kKeep, std::move(values));
  if (!remembered) co_return remembered.error();
  co_return Result<void>();
}

Task<Result<bool>> has_archive(store::Database& database, std::string version, std::string architecture,
                               std::string sha256) {
  const auto rows = co_await database.query(kHas, params(version, architecture, sha256));
  if (!rows) co_return rows.error();
  if ((*rows)[0].boolean("other"))
    co_return coded(ErrorKind::kConflict, "VERSION_EXISTS",
                    "Release " + version + " is published for " + architecture +
                        " with other bytes, and those never change. Give this one another number.");
  co_return (*rows)[0].boolean("here");
}

}  // namespace rapt::marketplace
