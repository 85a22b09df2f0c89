// SPDX-License-Identifier: AGPL-3.0-or-later
// Where the bundles of a plan come from, and who vouches for them.
#include <algorithm>

#include "check.hpp"
#include "plan_work.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"

namespace rapt::install {
namespace {

using marketplace::Candidate;

marketplace::HostAbi this_host() {
  return {kAbiMajor, kAbiMinor, bundle::native_architecture()};
}

/// Whose module it is: whose it is here already, else by the registry's word, else by the metadata alone.
Task<Result<std::string>> publisher_of(const MarketplaceInstaller::Parts& parts, PlanState& state, std::string module) {
  if (const auto here = state.installed.find(module); here != state.installed.end()) co_return here->second.publisher;
  if (const auto known = state.publishers.find(module); known != state.publishers.end()) co_return known->second;
  Result<std::string> found = Error::not_found("registry to be asked");
  if (parts.word != nullptr) {
    const auto listing = co_await parts.word->find(module);
    if (listing) found = listing->publisher;
  }
  // A mirror on a web server has the metadata and nobody to ask.
  if (!found) found = co_await parts.registry->publisher_of(module);
  if (found) state.publishers[module] = *found;
  co_return found;
}

/// Without a pinned root: the registry's word, as before there was metadata. The bundle's own signature decides.
Task<Result<std::vector<Candidate>>> unvouched(const MarketplaceInstaller::Parts& parts, std::string module) {
  const auto listing = co_await parts.word->find(std::move(module));
  if (!listing) co_return listing.error();
  const auto host = this_host();
  std::vector<Candidate> out;
  for (const auto& one : listing->versions) {
    const auto& made_for = one.architectures;
    if (one.abi_major != host.major || one.abi_minor > host.minor) continue;
    if (std::find(made_for.begin(), made_for.end(), host.architecture) == made_for.end()) continue;
    Candidate candidate{*Version::parse(one.version), one.version, listing->publisher, one.dependencies};
    candidate.beta = one.beta;
    candidate.yanked = one.yanked;
    out.push_back(std::move(candidate));
  }
  co_return out;
}

class PlanOffers final : public marketplace::Offers {
 public:
  PlanOffers(const MarketplaceInstaller::Parts& parts, PlanState& state) : parts_(parts), state_(state) {
    if (!state.metadata_counts) return;
    const auto whose = [this](std::string module) { return publisher_of(parts_, state_, std::move(module)); };
    vouched_ = marketplace::vouched_offers(*parts.registry, this_host(), whose);
  }

  Task<Result<std::vector<Candidate>>> of(std::string module) override {
    if (const auto file = state_.file_candidates.find(module); file != state_.file_candidates.end())
      co_return std::vector<Candidate>{file->second};
    if (vouched_) co_return co_await vouched_->of(std::move(module));
    if (parts_.word != nullptr) co_return co_await unvouched(parts_, std::move(module));
    co_return Error::not_found("module \"" + printable(module, 80) +
                               "\" to be had: MARKETPLACE_URL is not set, and no file of it was given");
  }

 private:
  const MarketplaceInstaller::Parts& parts_;
  PlanState& state_;
  std::unique_ptr<marketplace::Offers> vouched_;
};

bundle::TrustStore only(const std::string& publisher, const std::vector<security::PublicKey>& keys) {
  bundle::TrustStore out;
  for (const auto& key : keys) out.add(publisher, key);
  return out;
}

/// The bundle's own signature must be by a key that the metadata still names: a revoked one is not among them.
Result<void> check_signer(const std::string& archive, const std::string& publisher,
                          const std::vector<security::PublicKey>& keys) {
  const auto bundle = read_believed_bundle(archive, only(publisher, keys), bundle::SignaturePolicy::kRequired);
  if (bundle) return {};
  auto error = bundle.error();
  if (error.kind == ErrorKind::kForbidden)
    error.message = "The registry's metadata names " + std::to_string(keys.size()) + " key" +
                    (keys.size() == 1 ? "" : "s") + " of " + publisher +
                    ", and this bundle is not signed by one of them (a key may have been revoked): " + error.message;
  return error;
}

Task<Result<Fetched>> fetch_vouched(const MarketplaceInstaller::Parts& parts, marketplace::Change change,
                                    DownloadProgress progress) {
  const auto version = co_await parts.registry->find(change.to.publisher, change.module, change.to.text);
  if (!version) co_return version.error();
  Fetched out{cached_bundle(parts.var_dir, version->sha256), version->sha256, version->bytes, true, {}};
  auto archive = read_cached(parts.var_dir, version->sha256);
  if (!archive) {
    const auto module = change.module;
    const marketplace::Progress tell = [&progress, &module](std::uint64_t done, std::uint64_t total) {
      if (progress) progress(module, done, total);
    };
    RAPT_CO_TRY(co_await parts.registry->download(*version, out.file, tell));
    archive = read_cached(parts.var_dir, version->sha256);
  }
  if (!archive) co_return archive.error();
  auto keys = co_await parts.registry->keys_of(change.to.publisher);
  if (!keys) co_return keys.error();
  RAPT_CO_TRY(check_signer(*archive, change.to.publisher, *keys));
  out.keys = std::move(*keys);
  co_return out;
}

Task<Result<Fetched>> fetch_unvouched(const MarketplaceInstaller::Parts& parts, const PlanState& state,
                                      marketplace::Change change) {
  const auto listing = co_await parts.word->find(change.module);
  if (!listing) co_return listing.error();
  const auto version = std::find_if(listing->versions.begin(), listing->versions.end(),
                                    [&](const auto& one) { return one.version == change.to.text; });
  if (version == listing->versions.end())
    co_return Error::not_found("version " + change.to.text + " of " + change.module + " in the registry any more");
  const auto archive = co_await parts.word->download(change.module, *version);
  if (!archive) co_return archive.error();
  const auto bundle = read_believed_bundle(*archive, state.trust, parts.policy);
  if (!bundle) co_return bundle.error();
  co_return cache_bundle(parts.var_dir, *archive);
}

}  // namespace

std::unique_ptr<marketplace::Offers> offers_of(const MarketplaceInstaller::Parts& parts, PlanState& state) {
  return std::make_unique<PlanOffers>(parts, state);
}

Task<Result<Fetched>> fetch(const MarketplaceInstaller::Parts& parts, PlanState& state, marketplace::Change change,
                            DownloadProgress progress) {
  if (const auto file = state.files.find(change.module); file != state.files.end()) co_return file->second;
  if (state.metadata_counts) co_return co_await fetch_vouched(parts, std::move(change), std::move(progress));
  co_return co_await fetch_unvouched(parts, state, std::move(change));
}

Task<Result<Fetched>> vouch_for_file(const MarketplaceInstaller::Parts& parts, PlanState& state, Fetched file,
                                     bundle::Manifest manifest) {
  const auto archive = read_cached(parts.var_dir, file.sha256);
  if (!archive) co_return archive.error();
  const auto name = manifest.name + " " + manifest.version;
  if (state.metadata_counts) {
    const auto version = co_await parts.registry->find(manifest.publisher, manifest.name, manifest.version);
    if (version && version->sha256 != file.sha256)
      co_return Error::forbidden("The registry's metadata vouches for other bytes of " + name +
                                 ": this file has been changed. Get it again.");
    if (version) {
      auto keys = co_await parts.registry->keys_of(manifest.publisher);
      if (!keys) co_return keys.error();
      RAPT_CO_TRY(check_signer(*archive, manifest.publisher, *keys));
      if (!version->release.yanked.empty())
        state.warnings.push_back(name +
                                 " has been withdrawn by its publisher: " + printable(version->release.yanked, 500));
      file.vouched = true;
      file.keys = std::move(*keys);
      co_return file;
    }
    if (version.error().kind != ErrorKind::kNotFound) co_return version.error();
    state.warnings.push_back("The registry's metadata does not know " + name +
                             "; only its own signature speaks for it.");
  }
  const auto bundle = read_believed_bundle(*archive, state.trust, parts.policy);
  if (!bundle) co_return bundle.error();
  co_return file;
}

}  // namespace rapt::install
