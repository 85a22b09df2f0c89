// SPDX-License-Identifier: AGPL-3.0-or-later
// Several hosts on one database: each gets the archives that it lacks.
#include <filesystem>

#include "archives.hpp"
#include "rapt/base/file.hpp"
#include "rapt/install/trust.hpp"
#include "records.hpp"
#include "stored_archives.hpp"

namespace rapt::install {
namespace {

std::string digest_of(const std::string& bytes) {
  return security::hex(security::sha256(bytes));
}

/// The file if it is what was installed; kept in the database, too, where it came before archives were kept there.
Result<bool> is_here(store::Transaction& tx, const std::filesystem::path& path, const std::string& digest_hex) {
  const auto file = read_file(path, bundle::kMaxBundleBytes);
  if (!file || digest_of(*file) != digest_hex) return false;
  RAPT_TRY(store_archive(tx, digest_hex, *file));
  return true;
}

Result<void> gather_one(store::Transaction& tx, const InstalledRecord& record, const std::filesystem::path& var_dir) {
  if (record.previous_version) {
    const auto before =
        is_here(tx, archive_path(var_dir, record.name, *record.previous_version), record.previous_digest_hex);
    if (!before) return before.error();
  }
  const auto here = is_here(tx, record.path, record.digest_hex);
  if (!here) return here.error();
  if (*here) return {};
  const auto stored = stored_archive(tx, record.digest_hex);
  if (stored) return keep_archive(record, *stored);
  auto error = stored.error();
  if (error.kind == ErrorKind::kUnavailable) return error;
  return Error::conflict("The bundle of " + record.name + " " + record.version +
                         " is not in this host's store as it was installed, and the database has none to replace it (" +
                         error.message + "). Install it again: rapt module install " + record.name + "@" +
                         record.version);
}

}  // namespace

Task<Result<void>> Installer::gather() {
  auto work = [var_dir = var_dir_](store::Transaction& tx) -> Result<std::vector<Error>> {
    // Under the lock: a change at this moment may be about to tidy away what would be written here.
    RAPT_TRY(lock_modules(tx));
    const auto records = all_records(tx, var_dir);
    if (!records) return records.error();
    std::vector<Error> faults;
    for (const auto& record : *records) {
      const auto gathered = gather_one(tx, record, var_dir);
      if (gathered) continue;
      if (gathered.error().kind == ErrorKind::kUnavailable) return gathered.error();
      faults.push_back(gathered.error());
    }
    return faults;  // what was gathered of the others stays
  };
  const auto faults = co_await database_.transaction(std::move(work));
  if (!faults) co_return faults.error();
  if (!faults->empty()) co_return faults->front();
  co_return Result<void>();
}

Task<Result<bundle::TrustStore>> Installer::with_trusted_keys(bundle::TrustStore folder) {
  auto work = [folder = std::move(folder)](store::Transaction& tx) { return install::with_trusted_keys(tx, folder); };
  co_return co_await database_.transaction(std::move(work));
}

}  // namespace rapt::install
