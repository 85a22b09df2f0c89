// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "rapt/install/marketplace_installer.hpp"

namespace rapt::install {

/// A bundle in this host's cache, whose bytes have been verified.
struct Fetched {
  std::filesystem::path file;
  std::string sha256;
  std::uint64_t bytes = 0;
  bool vouched = false;
  std::vector<security::PublicKey> keys;  ///< of the publisher, by the metadata; empty when not vouched for
};

/// What lies on the way from a request to a plan.
struct PlanState {
  std::map<std::string, InstalledRecord> installed;
  std::map<std::string, bundle::Manifest> manifests;
  std::map<std::string, std::string> pins;
  std::set<std::string> follow_beta;     ///< modules whose policy says so
  bundle::TrustStore trust;              ///< folder and table
  std::map<std::string, Fetched> files;  ///< bundles that came with the request, by module
  std::map<std::string, marketplace::Candidate> file_candidates;
  std::map<std::string, std::string> publishers;  ///< of modules, as they were found out
  bool metadata_counts = false;                   ///< a root is pinned, and its metadata has been looked at
  std::vector<std::string> warnings;
};

/// VAR/registry/bundles/SHA256.rapt
std::filesystem::path cached_bundle(const std::filesystem::path& var_dir, const std::string& sha256);
/// Keeps the bytes there. Removes what has lain there for more than a day.
Result<Fetched> cache_bundle(const std::filesystem::path& var_dir, const std::string& archive);
/// The bytes from there, with that digest. kUnavailable.
Result<std::string> read_cached(const std::filesystem::path& var_dir, const std::string& sha256);

/// Where versions come from: what was handed in, then the registry.
std::unique_ptr<marketplace::Offers> offers_of(const MarketplaceInstaller::Parts& parts, PlanState& state);
/// The bundle of one change, fetched and believed.
Task<Result<Fetched>> fetch(const MarketplaceInstaller::Parts& parts, PlanState& state, marketplace::Change change,
                            DownloadProgress progress);
/// What the metadata says of a bundle that came as a file: whether it vouches for these very bytes. kForbidden when it
/// vouches for others under this name and version.
Task<Result<Fetched>> vouch_for_file(const MarketplaceInstaller::Parts& parts, PlanState& state, Fetched file,
                                     bundle::Manifest manifest);
/// One step, from the bundle itself.
Result<PlannedStep> describe(const MarketplaceInstaller::Parts& parts, const PlanState& state,
                             const marketplace::Change& change, const Fetched& fetched);
/// Of all that consent is given to.
std::string plan_id(const Plan& plan);
/// Everything that is wrong with taking this version, beyond what it asks for.
void warn_of(const PlannedStep& step, const std::vector<marketplace::Advisory>& advisories,
             std::vector<std::string>& warnings);

}  // namespace rapt::install
