// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/http/client.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/marketplace/registry_client.hpp"
#include "rapt/marketplace/resolver.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/tuf/client.hpp"

namespace rapt::marketplace {

/// A version that the registry's metadata vouches for.
struct VouchedVersion {
  ModuleRelease release;    ///< as its publisher signed it
  std::string path;         ///< the target's
  std::uint64_t bytes = 0;  ///< of the archive
  std::string sha256;       ///< hexadecimal
};

/// A release of the platform that the role "releases" vouches for.
struct VouchedRelease {
  PlatformRelease release;
  std::string path;         ///< the target's
  std::uint64_t bytes = 0;  ///< of the archive
  std::string sha256;       ///< hexadecimal
  std::string url;          ///< where the archive lies now; believe its bytes by sha256 alone
};

/// How much of a download has come. Called on the downloading task, often.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// A registry as far as its metadata vouches for it: what is said here was signed, by roles to which the pinned root
/// leads. The registry's own word is RegistryClient's.
///
/// State lies in a folder: trusted metadata, downloads. Several tasks and processes may use one folder; they take
/// turns. Failures are those of tuf::Client; kConflict when no root has been pinned.
class TrustedRegistry {
 public:
  struct Options {
    std::filesystem::path folder;  ///< VAR/registry
    std::string url;               ///< MARKETPLACE_URL: http(s), or file:///FOLDER of a mirror
  };
  /// `client` and `clock` outlive this.
  TrustedRegistry(Options options, http::Client& client, const Clock& clock);
  ~TrustedRegistry();

  /// Begins to trust the registry whose root this is (the file N.root.json, which came by a safe way). The same
  /// again is harmless; another than the pinned one, that does not follow from it, needs `replace` (kConflict).
  Result<void> pin(std::string_view root, bool replace);
  [[nodiscard]] bool is_pinned() const;
  /// The pinned root, as far as rotations have led. kConflict.
  [[nodiscard]] Result<tuf::Root> root() const;
  /// When the timestamp that is trusted expires.
  [[nodiscard]] std::optional<TimePoint> expires_at() const;

  /// Asks the registry what is new. Call it once before what follows. True when something has changed.
  Task<Result<bool>> check();
  /// Everybody to whom the metadata delegates, by name.
  Task<Result<std::vector<std::string>>> publishers();
  /// The keys by which that publisher may sign now: revoked ones are not among them. kNotFound.
  Task<Result<std::vector<security::PublicKey>>> keys_of(std::string publisher);
  /// Everything that the publisher's document says of the module. kNotFound for a publisher that nobody delegates to.
  Task<Result<std::vector<VouchedVersion>>> versions_of(std::string publisher, std::string module);
  /// Whose module of that name it is, by the metadata alone; kNotFound; kConflict when two publishers have one.
  Task<Result<std::string>> publisher_of(std::string module);
  /// All modules of all publishers: for mirrors, and where there is no server to ask.
  Task<Result<std::vector<VouchedVersion>>> everything();
  /// One version, by the metadata's whole order of precedence. kNotFound when nobody vouches for it; kForbidden when
  /// another than its publisher does, or what is said does not fit the name.
  Task<Result<VouchedVersion>> find(std::string publisher, std::string module, std::string version);
  /// The archive, as a file: length and digest are the metadata's. Goes on where an earlier download broke off.
  Task<Result<void>> download(VouchedVersion version, std::filesystem::path to, Progress progress);
  /// Every release of the platform for one architecture, newest first; withdrawn ones too. Empty when the registry has
  /// no role for releases.
  Task<Result<std::vector<VouchedRelease>>> releases(std::string architecture);
  /// The release's archive, as download() of a module's.
  Task<Result<void>> download_release(VouchedRelease release, std::filesystem::path to, Progress progress);
  /// What is known to be wrong with versions of modules and of the platform; empty when the registry tells nothing.
  Task<Result<std::vector<Advisory>>> advisories();
  /// Writes a static copy below `folder`/metadata/: what is trusted now, every root that led here, and the advisories
  /// below `folder`/targets/. In an order in which nothing is ever named before it is there. How many documents.
  Task<Result<std::size_t>> copy_metadata(std::filesystem::path folder);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether a host can run it.
bool runs_on(const ModuleRelease& release, const HostAbi& host);

/// The versions that verified metadata offers to a host: whose module a name is says `publisher_of` (the registry's
/// word, or TrustedRegistry::publisher_of). `registry` outlives it.
std::unique_ptr<Offers> vouched_offers(TrustedRegistry& registry, HostAbi host,
                                       std::function<Task<Result<std::string>>(std::string module)> publisher_of);

}  // namespace rapt::marketplace
