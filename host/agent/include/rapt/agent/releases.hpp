// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/agent/strategy.hpp"
#include "rapt/marketplace/release_word.hpp"

namespace rapt::agent {

/// What a registry has of releases.
struct Known {
  std::vector<marketplace::VouchedRelease> releases;  ///< of any architecture; one a version where ours has one
  std::optional<marketplace::ReleaseWords> words;     ///< nullopt for a mirror
};

/// Where releases come from.
class ReleaseSource {
 public:
  virtual ~ReleaseSource() = default;
  /// Brings the signed metadata up to date, and asks the registry's word. kForbidden for an attack or what has expired,
  /// kConflict without a pinned root, kUnavailable when the registry is away.
  virtual Task<Result<Known>> look() = 0;
  /// From now on the registry at that address; "" for the usual one. Not while anything is under way.
  virtual void use(const std::string& url) = 0;
};

/// A registry, or a mirror of one, by its signed metadata; the archives come from there, too.
class RegistryReleases final : public ReleaseSource, public Supply {
 public:
  struct Options {
    std::filesystem::path folder;     ///< VAR/registry
    std::filesystem::path downloads;  ///< where archives lie until they are used
    std::string architecture;
  };
  /// `url`: MARKETPLACE_URL, or file:///FOLDER. `client` and `clock` outlive it.
  RegistryReleases(Options options, std::string url, http::Client& client, const Clock& clock);
  ~RegistryReleases() override;

  Task<Result<Known>> look() override;
  Task<Result<std::filesystem::path>> archive(marketplace::VouchedRelease release, Progress& progress) override;
  void done(const std::filesystem::path& archive) override;

  void use(const std::string& url) override;

 private:
  void reach(const std::string& url);

  Options options_;
  std::string url_, in_use_;
  http::Client& client_;
  const Clock& clock_;
  std::unique_ptr<marketplace::TrustedRegistry> registry_;
  std::unique_ptr<marketplace::ReleaseDesk> desk_;
};

}  // namespace rapt::agent
