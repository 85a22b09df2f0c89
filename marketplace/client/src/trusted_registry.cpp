// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/marketplace/trusted_registry.hpp"

#include <algorithm>
#include <set>

#include "rapt/base/text.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/tuf/signing.hpp"
#include "trusted_registry_impl.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxAdvisoriesBytes = 8u << 20;
constexpr std::string_view kPublisherPrefix = "publisher-";

Error not_pinned() {
  return Error::conflict(
      "This host trusts no registry yet. Get the registry's root by a way that you trust, and pin it: rapt trust root "
      "root.json");
}

Error misfit(const std::string& path, const std::string& why) {
  return Error::forbidden("What the registry's metadata says of " + printable(path, 200) + " " + why +
                          ": it is not installed. Tell its publisher.");
}

/// What the metadata says of one target of a publisher. kForbidden when it does not fit the target's own path.
Result<VouchedVersion> to_version(const std::string& path, const tuf::Target& target) {
  auto release = parse_custom(target.custom_json);
  if (!release) return misfit(path, "cannot be read (" + release.error().message + ")");
  if (module_target(release->publisher, release->name, release->version) != path)
    return misfit(path, "is about another module");
  const auto digest = target.hashes.find("sha256");
  if (digest == target.hashes.end()) return misfit(path, "names no SHA-256");
  if (target.length > bundle::kMaxBundleBytes) return misfit(path, "names more bytes than a bundle may have");
  return VouchedVersion{std::move(*release), path, target.length, digest->second};
}

/// Of the document, what is of this publisher and (unless "") this module. What cannot be read is left out: one bad
/// entry must not hide the others.
std::vector<VouchedVersion> versions_in(const tuf::Targets& document, const std::string& publisher,
                                        const std::string& module) {
  std::vector<VouchedVersion> out;
  const auto beginning = "modules/" + publisher + "/" + (module.empty() ? "" : module + "/");
  for (const auto& [path, target] : document.targets) {
    if (!path.starts_with(beginning)) continue;
    auto version = to_version(path, target);
    if (version) out.push_back(std::move(*version));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    if (a.release.name != b.release.name) return a.release.name < b.release.name;
    return *Version::parse(a.release.version) > *Version::parse(b.release.version);
  });
  return out;
}

Error of_publisher(const std::string& publisher) {
  return Error::not_found("publisher \"" + printable(publisher, 80) + "\" in the registry's metadata");
}

class VouchedOffers final : public Offers {
 public:
  VouchedOffers(TrustedRegistry& registry, HostAbi host,
                std::function<Task<Result<std::string>>(std::string module)> publisher_of)
      : registry_(registry), host_(host), publisher_of_(std::move(publisher_of)) {}

  Task<Result<std::vector<Candidate>>> of(std::string module) override {
    auto publisher = co_await publisher_of_(module);
    if (!publisher) co_return publisher.error();
    const auto versions = co_await registry_.versions_of(std::move(*publisher), std::move(module));
    if (!versions) co_return versions.error();
    std::vector<Candidate> out;
    for (const auto& one : *versions) {
      if (!runs_on(one.release, host_)) continue;
      Candidate candidate{*Version::parse(one.release.version), one.release.version, one.release.publisher,
                          one.release.dependencies};
      candidate.yanked = !one.release.yanked.empty();
      candidate.beta = one.release.channel == Channel::kBeta;
      out.push_back(std::move(candidate));
    }
    co_return out;
  }

 private:
  TrustedRegistry& registry_;
  HostAbi host_;
  std::function<Task<Result<std::string>>(std::string module)> publisher_of_;
};

}  // namespace

TrustedRegistry::TrustedRegistry(Options options, http::Client& client, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), client, clock)) {}

TrustedRegistry::~TrustedRegistry() = default;

Result<void> TrustedRegistry::pin(std::string_view root, bool replace) {
  const auto offered = tuf::parse_root(root);
  if (!offered) return offered.error();
  std::error_code failure;
  fs::create_directories(impl_->options.folder / "metadata", failure);
  if (failure)
    return Error::unavailable("disk", "The folder " + impl_->options.folder.string() +
                                          " cannot be made: " + failure.message() + ". Check RAPT_VAR_DIR.");
  const auto pinned = impl_->client.trusted_root();
  if (pinned && tuf::canonical(*pinned) == offered->canonical) return {};
  if (pinned && !replace) {
    return Error::conflict(
        "This host trusts another root already (version " + std::to_string(pinned->version) +
        "). A root that follows from it needs no word of yours: it is taken over with the next look at the registry. "
        "To trust another registry, say --replace: from then on its keys decide what this host installs, and nothing "
        "that the old ones vouched for counts any more. What is installed stays.");
  }
  return impl_->client.init(root);
}

bool TrustedRegistry::is_pinned() const {
  return impl_->client.trusted_root().has_value();
}

Result<tuf::Root> TrustedRegistry::root() const {
  auto root = impl_->client.trusted_root();
  if (!root && root.error().kind == ErrorKind::kNotFound) return not_pinned();
  return root;
}

std::optional<TimePoint> TrustedRegistry::expires_at() const {
  const auto timestamp = impl_->client.trusted_timestamp();
  return timestamp ? std::optional(timestamp->expires) : std::nullopt;
}

Task<Result<bool>> TrustedRegistry::check() {
  if (!is_pinned()) co_return not_pinned();
  co_return co_await impl_->client.check();
}

Task<Result<std::vector<std::string>>> TrustedRegistry::publishers() {
  std::set<std::string> names;
  for (const std::string delegator : {"targets", "community"}) {
    const auto document = co_await impl_->client.role(delegator);
    if (!document && document.error().kind == ErrorKind::kNotFound) continue;
    if (!document) co_return document.error();
    for (const auto& role : document->delegations.roles) {
      if (!role.name.starts_with(kPublisherPrefix)) continue;
      auto name = role.name.substr(kPublisherPrefix.size());
      if (bundle::is_valid_name(name)) names.insert(std::move(name));
    }
  }
  co_return std::vector<std::string>(names.begin(), names.end());
}

Task<Result<std::vector<security::PublicKey>>> TrustedRegistry::keys_of(std::string publisher) {
  // In the order of precedence: whom a ceremony has admitted, the online role cannot give other keys.
  for (const std::string delegator : {"targets", "community"}) {
    const auto document = co_await impl_->client.role(delegator);
    if (!document && document.error().kind == ErrorKind::kNotFound) continue;
    if (!document) co_return document.error();
    for (const auto& role : document->delegations.roles) {
      if (role.name != publisher_role(publisher)) continue;
      std::vector<security::PublicKey> out;
      for (const auto& id : role.role.key_ids) {
        const auto key = document->delegations.keys.find(id);
        if (key == document->delegations.keys.end()) continue;
        if (const auto ours = tuf::public_key_of(key->second)) out.push_back(*ours);
      }
      co_return out;
    }
  }
  co_return of_publisher(publisher);
}

Task<Result<std::vector<VouchedVersion>>> TrustedRegistry::versions_of(std::string publisher, std::string module) {
  const auto document = co_await impl_->client.role(publisher_role(publisher));
  if (!document && document.error().kind == ErrorKind::kNotFound) co_return of_publisher(publisher);
  if (!document) co_return document.error();
  co_return versions_in(*document, publisher, module);
}

Task<Result<std::string>> TrustedRegistry::publisher_of(std::string module) {
  const auto all = co_await publishers();
  if (!all) co_return all.error();
  std::string found;
  for (const auto& publisher : *all) {
    const auto versions = co_await versions_of(publisher, module);
    if (!versions && versions.error().kind == ErrorKind::kNotFound) continue;
    if (!versions) co_return versions.error();
    if (versions->empty()) continue;
    if (!found.empty())
      co_return Error::conflict("Both " + found + " and " + publisher + " have a module " + printable(module, 80) +
                                ". Ask the registry's operator whose it is.");
    found = publisher;
  }
  if (found.empty()) co_return Error::not_found("module \"" + printable(module, 80) + "\" in the registry");
  co_return found;
}

Task<Result<std::vector<VouchedVersion>>> TrustedRegistry::everything() {
  const auto all = co_await publishers();
  if (!all) co_return all.error();
  std::vector<VouchedVersion> out;
  for (const auto& publisher : *all) {
    auto versions = co_await versions_of(publisher, "");
    if (!versions && versions.error().kind == ErrorKind::kNotFound) continue;
    if (!versions) co_return versions.error();
    for (auto& one : *versions) out.push_back(std::move(one));
  }
  co_return out;
}

Task<Result<VouchedVersion>> TrustedRegistry::find(std::string publisher, std::string module, std::string version) {
  const auto path = module_target(publisher, module, version);
  const auto found = co_await impl_->client.find(path);
  if (!found && found.error().kind == ErrorKind::kNotFound)
    co_return Error::not_found("version " + printable(version, 80) + " of " + printable(module, 80) + " by " +
                               printable(publisher, 80) + " that the registry's metadata vouches for");
  if (!found) co_return found.error();
  if (found->role != publisher_role(publisher)) co_return misfit(path, "was not signed by its publisher");
  co_return to_version(path, found->target);
}

Task<Result<void>> TrustedRegistry::download(VouchedVersion version, fs::path to, Progress progress) {
  auto found = co_await impl_->client.find(version.path);
  if (!found) co_return found.error();
  co_return co_await impl_->download(std::move(*found), version.sha256, std::move(to), std::move(progress));
}

Task<Result<void>> TrustedRegistry::Impl::download(tuf::FoundTarget found, std::string sha256, fs::path to,
                                                   Progress progress) {
  const auto part = fetcher->kept(hashed_path(found.path, sha256));
  std::uint64_t done = 0;
  const std::function<Result<void>(std::string_view)> count = [&](std::string_view piece) -> Result<void> {
    done += piece.size();
    if (progress) progress(done, found.target.length);
    return {};
  };
  std::error_code failure;
  bool had_some = fs::exists(part, failure);
  for (;; had_some = false) {
    done = 0;
    auto target = found;
    const auto downloaded = co_await client.download(std::move(target), count);
    if (downloaded) break;
    // Other bytes than were vouched for: what was kept of an earlier download may be what is wrong, so once more.
    if (downloaded.error().kind != ErrorKind::kForbidden) co_return downloaded;
    fs::remove(part, failure);
    if (!had_some) co_return downloaded;
  }
  fs::create_directories(to.parent_path(), failure);
  fs::rename(part, to, failure);
  if (failure)
    co_return Error::unavailable(
        "disk", printable(to.string(), 500) + " cannot be made: " + failure.message() + ". Check RAPT_VAR_DIR.");
  co_return Result<void>();
}

Task<Result<std::vector<Advisory>>> TrustedRegistry::advisories() {
  auto found = co_await impl_->client.find(std::string(kAdvisoriesTarget));
  if (!found && found.error().kind == ErrorKind::kNotFound) co_return std::vector<Advisory>{};
  if (!found) co_return found.error();
  if (found->target.length > kMaxAdvisoriesBytes) co_return misfit(found->path, "names more bytes than it may have");
  std::string bytes;
  const std::function<Result<void>(std::string_view)> take = [&bytes](std::string_view piece) -> Result<void> {
    bytes += piece;
    return {};
  };
  const auto sha256 = found->target.hashes.find("sha256");
  const auto part =
      impl_->fetcher->kept(hashed_path(found->path, sha256 == found->target.hashes.end() ? "" : sha256->second));
  const auto downloaded = co_await impl_->client.download(*found, take);
  std::error_code failure;
  fs::remove(part, failure);
  if (!downloaded) co_return downloaded.error();
  co_return parse_advisories(bytes);
}

bool runs_on(const ModuleRelease& release, const HostAbi& host) {
  const auto& made_for = release.architectures;
  return release.abi_major == host.major && release.abi_minor <= host.minor &&
         std::find(made_for.begin(), made_for.end(), host.architecture) != made_for.end();
}

std::unique_ptr<Offers> vouched_offers(TrustedRegistry& registry, HostAbi host,
                                       std::function<Task<Result<std::string>>(std::string module)> publisher_of) {
  return std::make_unique<VouchedOffers>(registry, host, std::move(publisher_of));
}

}  // namespace rapt::marketplace
