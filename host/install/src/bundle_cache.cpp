// SPDX-License-Identifier: AGPL-3.0-or-later
#include <chrono>
#include <system_error>

#include "plan_work.hpp"
#include "rapt/base/file.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::install {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kKept{24};

void remove_old(const fs::path& folder) {
  std::error_code failure;
  const auto now = fs::file_time_type::clock::now();
  std::vector<fs::path> old;
  for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
    std::error_code unknown;
    if (now - fs::last_write_time(at->path(), unknown) > kKept && !unknown) old.push_back(at->path());
  }
  for (const auto& file : old) fs::remove(file, failure);
}

}  // namespace

fs::path cached_bundle(const fs::path& var_dir, const std::string& sha256) {
  return var_dir / "registry" / "bundles" / (sha256 + ".rapt");
}

Result<Fetched> cache_bundle(const fs::path& var_dir, const std::string& archive) {
  Fetched out;
  out.sha256 = security::hex(security::sha256(archive));
  out.bytes = archive.size();
  out.file = cached_bundle(var_dir, out.sha256);
  std::error_code failure;
  fs::create_directories(out.file.parent_path(), failure);
  remove_old(out.file.parent_path());
  if (const auto written = write_file_atomically(out.file, archive); !written) {
    auto error = written.error();
    error.kind = ErrorKind::kUnavailable;
    error.message = "The bundle cannot be kept: " + error.message + " Nothing has been changed.";
    return error;
  }
  return out;
}

Result<std::string> read_cached(const fs::path& var_dir, const std::string& sha256) {
  const auto file = cached_bundle(var_dir, sha256);
  auto archive = read_file(file, bundle::kMaxBundleBytes);
  if (archive && security::hex(security::sha256(*archive)) == sha256) return archive;
  return Error::unavailable("disk", file.string() + " is not the bundle that was fetched. Look at the plan again.",
                            archive ? "the digest is another one" : archive.error().message);
}

}  // namespace rapt::install
