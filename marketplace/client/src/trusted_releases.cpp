// SPDX-License-Identifier: AGPL-3.0-or-later
// Releases of the platform, as far as the role "releases" vouches for them.
#include <algorithm>

#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "trusted_registry_impl.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::uint64_t kMaxReleaseBytes = std::uint64_t{512} << 20;  // as release::kMaxArchiveBytes

Error release_misfit(const std::string& path, const std::string& why) {
  return Error::forbidden("What the registry's metadata says of " + printable(path, 200) + " " + why +
                          ": it is not taken. Tell the registry's operator.");
}

Result<VouchedRelease> to_vouched(const std::string& path, const tuf::Target& target, const std::string& base) {
  auto release = parse_release(target.custom_json);
  if (!release) return release_misfit(path, "cannot be read (" + release.error().message + ")");
  if (release_target(release->version, release->architecture) != path)
    return release_misfit(path, "is about another release");
  const auto digest = target.hashes.find("sha256");
  if (digest == target.hashes.end()) return release_misfit(path, "names no SHA-256");
  if (target.length > kMaxReleaseBytes) return release_misfit(path, "names more bytes than a release may have");
  auto url = base + std::string(kTargetsPath) + hashed_path(path, digest->second);
  return VouchedRelease{std::move(*release), path, target.length, digest->second, std::move(url)};
}

}  // namespace

Task<Result<std::vector<VouchedRelease>>> TrustedRegistry::releases(std::string architecture) {
  const auto document = co_await impl_->client.role(std::string(kReleasesRole));
  std::vector<VouchedRelease> out;
  if (!document && document.error().kind == ErrorKind::kNotFound) co_return out;
  if (!document) co_return document.error();
  auto base = impl_->options.url;
  while (base.ends_with('/')) base.pop_back();
  for (const auto& [path, target] : document->targets) {
    // What cannot be read is left out: one bad entry must not hide the others.
    auto vouched = to_vouched(path, target, base);
    if (vouched && vouched->release.architecture == architecture) out.push_back(std::move(*vouched));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return *Version::parse(a.release.version) > *Version::parse(b.release.version);
  });
  co_return out;
}

Task<Result<void>> TrustedRegistry::download_release(VouchedRelease release, std::filesystem::path to,
                                                     Progress progress) {
  auto found = co_await impl_->client.find(release.path);
  if (!found) co_return found.error();
  if (found->role != kReleasesRole) co_return release_misfit(release.path, "was not signed by the role of releases");
  const auto vouched = to_vouched(release.path, found->target, impl_->options.url);
  if (!vouched) co_return vouched.error();
  if (vouched->sha256 != release.sha256 || vouched->bytes != release.bytes)
    co_return Error::conflict("The registry's metadata has changed meanwhile: look at its releases again.");
  co_return co_await impl_->download(std::move(*found), release.sha256, std::move(to), std::move(progress));
}

}  // namespace rapt::marketplace
