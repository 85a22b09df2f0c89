// SPDX-License-Identifier: AGPL-3.0-or-later
// A static copy of what is trusted.
#include <system_error>

#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "trusted_registry_impl.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 64u << 20;

Result<void> put(const fs::path& file, std::string_view bytes) {
  std::error_code failure;
  fs::create_directories(file.parent_path(), failure);
  const auto written = write_file_atomically(file, bytes);
  if (written) return {};
  return Error::unavailable("disk", printable(file.string(), 500) + " cannot be written: " + written.error().message);
}

}  // namespace

Task<Result<std::size_t>> TrustedRegistry::copy_metadata(fs::path folder) {
  const auto top = root();
  if (!top) co_return top.error();
  const auto trusted = impl_->options.folder / "metadata";
  const auto to = folder / "metadata";
  std::size_t count = 0;
  for (std::int64_t version = 1; version <= top->version; ++version) {
    const auto name = std::to_string(version) + ".root.json";
    const auto bytes = co_await impl_->fetcher->metadata(name, tuf::Limits{}.root_bytes);
    // Roots from before this registry kept them are missed by nobody: hosts begin with a later one.
    if (!bytes && bytes.error().kind == ErrorKind::kNotFound && version < top->version) continue;
    if (!bytes) co_return bytes.error();
    RAPT_CO_TRY(put(to / name, *bytes));
    ++count;
  }
  const auto advisories_told = co_await impl_->client.find(std::string(kAdvisoriesTarget));
  if (advisories_told) {
    const auto& target = advisories_told->target;
    const auto sha256 = target.hashes.contains("sha256") ? target.hashes.at("sha256") : std::string();
    VouchedVersion file{{}, advisories_told->path, target.length, sha256};
    const auto place = folder / "targets" / hashed_path(file.path, sha256);
    RAPT_CO_TRY(co_await download(std::move(file), place, {}));
  }
  const auto snapshot_bytes = read_file(trusted / "snapshot.json", kMostBytes);
  const auto timestamp_bytes = read_file(trusted / "timestamp.json", kMostBytes);
  if (!snapshot_bytes) co_return snapshot_bytes.error();
  if (!timestamp_bytes) co_return timestamp_bytes.error();
  const auto snapshot = tuf::parse_snapshot(*snapshot_bytes);
  if (!snapshot) co_return snapshot.error();
  for (const auto& [file, meta] : snapshot->document.meta) {
    const auto bytes = read_file(trusted / file, kMostBytes);
    if (!bytes) continue;  // a role that nobody has had to ask
    const auto document = tuf::parse_targets(*bytes);
    if (!document || document->document.version != meta.version) continue;
    RAPT_CO_TRY(put(to / (std::to_string(meta.version) + "." + file), *bytes));
    ++count;
  }
  RAPT_CO_TRY(put(to / (std::to_string(snapshot->document.version) + ".snapshot.json"), *snapshot_bytes));
  RAPT_CO_TRY(put(to / "timestamp.json", *timestamp_bytes));
  co_return count + 2;
}

}  // namespace rapt::marketplace
