// SPDX-License-Identifier: AGPL-3.0-or-later
#include "archives.hpp"

#include <set>
#include <system_error>

#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::install {
namespace {

namespace fs = std::filesystem;

Error cannot_remove(const fs::path& path, const std::error_code& failure) {
  return Error::invalid(
      "", printable(path.string(), 500) + " cannot be removed: " + failure.message() + ". Check RAPT_VAR_DIR.");
}

/// The folder of one module: its archives that are not in `kept`, and itself when nothing is left.
Result<void> tidy_folder(const fs::path& folder, const std::set<fs::path>& kept) {
  std::error_code failure;
  std::vector<fs::path> superfluous;
  for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
    if (at->path().extension() == ".rapt" && !kept.contains(at->path())) superfluous.push_back(at->path());
  }
  if (failure) return cannot_remove(folder, failure);
  for (const auto& path : superfluous) {
    if (fs::remove(path, failure); failure) return cannot_remove(path, failure);
  }
  if (fs::is_empty(folder, failure) && !failure) fs::remove(folder, failure);
  if (failure) return cannot_remove(folder, failure);
  return {};
}

}  // namespace

fs::path archive_path(const fs::path& var_dir, const std::string& name, const std::string& version) {
  return var_dir / "modules" / name / (version + ".rapt");
}

Result<void> keep_archive(const InstalledRecord& record, const std::string& archive) {
  const auto present = read_file(record.path, bundle::kMaxBundleBytes);
  if (present && *present == archive) return {};
  std::error_code failure;
  fs::create_directories(record.path.parent_path(), failure);
  if (failure)
    return Error::invalid("", "The folder " + record.path.parent_path().string() +
                                  " cannot be made: " + failure.message() + ". Check RAPT_VAR_DIR.");
  return write_file_atomically(record.path, archive);
}

Result<std::string> previous_archive(const InstalledRecord& record, const fs::path& var_dir) {
  const auto path = archive_path(var_dir, record.name, *record.previous_version);
  const auto remedy =
      " Install it instead: rapt module install " + record.name + "@" + *record.previous_version + " --allow-downgrade";
  auto archive = read_file(path, bundle::kMaxBundleBytes);
  if (!archive) {
    return Error::conflict("The archive of " + record.name + " " + *record.previous_version +
                           " is not in this host's store: " + archive.error().message +
                           " With several hosts, go back on the one that has it." + remedy);
  }
  if (security::hex(security::sha256(*archive)) == record.previous_digest_hex) return archive;
  return Error::forbidden(path.string() + " is not the bundle that was installed: it has been changed." + remedy);
}

Result<void> remove_other_archives(const std::vector<InstalledRecord>& records, const fs::path& var_dir) {
  std::set<fs::path> kept;
  for (const auto& record : records) {
    kept.insert(record.path);
    if (record.previous_version) kept.insert(archive_path(var_dir, record.name, *record.previous_version));
  }
  std::error_code failure;
  std::vector<fs::path> folders;
  for (fs::directory_iterator at(var_dir / "modules", failure), end; !failure && at != end; at.increment(failure)) {
    if (at->is_directory() && !at->is_symlink() && bundle::is_valid_name(at->path().filename().string()))
      folders.push_back(at->path());
  }
  if (failure == std::errc::no_such_file_or_directory) return {};
  if (failure) return cannot_remove(var_dir / "modules", failure);
  for (const auto& folder : folders) RAPT_TRY(tidy_folder(folder, kept));
  return {};
}

}  // namespace rapt::install
