// SPDX-License-Identifier: AGPL-3.0-or-later
#include "catalog.hpp"

#include <system_error>

#include "rapt/base/file.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/bundle/library.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;

Error unsigned_bundle() {
  Error error;
  error.kind = ErrorKind::kForbidden;
  error.message = "It is not signed; a registry offers signed bundles only.";
  return error;
}

Result<Published> read_published(const fs::path& path) {
  const auto bytes = read_file(path, bundle::kMaxBundleBytes);
  if (!bytes) return bytes.error();
  const auto bundle = bundle::read_bundle(*bytes);
  if (!bundle) return bundle.error();
  if (bundle->signature.empty()) return unsigned_bundle();
  RAPT_TRY(bundle::check_libraries(*bundle));
  return Published{path, bundle->manifest, bundle->publisher_key_id, security::hex(bundle->digest), bytes->size()};
}

void refuse(const fs::path& path, const std::string& reason) {
  log::warn("registry.bundle_refused",
            {{"file", printable(path.filename().string())}, {"reason", printable(reason, 500)}});
}

void add(Modules& modules, Published published) {
  auto& versions = modules[published.manifest.name];
  const auto& manifest = published.manifest;
  if (!versions.empty() && versions.begin()->second.manifest.publisher != manifest.publisher) {
    return refuse(published.path,
                  manifest.name + " belongs to " + versions.begin()->second.manifest.publisher + " already");
  }
  const auto path = published.path;
  const auto version = *Version::parse(manifest.version);
  if (!versions.try_emplace(version, std::move(published)).second)
    refuse(path, "this version is in another file already");
}

}  // namespace

Result<std::set<Catalog::Stamp>> Catalog::stamps() const {
  std::set<Stamp> out;
  std::error_code failure;
  for (fs::directory_iterator entry(folder_, failure), end; !failure && entry != end; entry.increment(failure)) {
    std::error_code gone;
    if (entry->path().extension() != ".rapt" || !entry->is_regular_file(gone)) continue;
    const auto size = entry->file_size(gone);
    const auto time = entry->last_write_time(gone);
    if (!gone) out.emplace(entry->path(), size, time);
  }
  if (failure)
    return Error::unavailable("bundles", "The registry cannot read its folder of bundles.",
                              folder_.string() + ": " + failure.message());
  return out;
}

Result<std::shared_ptr<const Modules>> Catalog::modules() {
  const std::lock_guard lock(mutex_);
  auto now = stamps();
  if (!now) return now.error();
  if (modules_ && *now == read_) return modules_;
  auto fresh = std::make_shared<Modules>();
  for (const auto& [path, size, time] : *now) {
    auto published = read_published(path);
    if (published) {
      add(*fresh, std::move(*published));
    } else {
      refuse(path, published.error().message);
    }
  }
  read_ = std::move(*now);
  modules_ = std::move(fresh);
  log::info("registry.read", {{"files", std::to_string(read_.size())}, {"modules", std::to_string(modules_->size())}});
  return modules_;
}

Result<std::string> Catalog::archive(const Published& published) {
  auto bytes = read_file(published.path, bundle::kMaxBundleBytes);
  if (!bytes || security::hex(security::sha256(*bytes)) != published.sha256) {
    return Error::not_found("version " + published.manifest.version + " of " + published.manifest.name + " any more");
  }
  return bytes;
}

}  // namespace rapt::marketplace
