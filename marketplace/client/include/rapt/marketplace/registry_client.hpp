// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/http/client.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::marketplace {

/// What a version asks for, as the registry tells it. What counts is read from the bundle.
struct ListedPermission {
  std::string name, reason;
  std::vector<std::string> grants;
};

/// One published version of a module, as the registry tells it. Believed only as far as it helps to choose: what counts
/// is the registry's signed metadata, and the bundle's own signature. What an older registry does not tell is empty.
struct ModuleVersion {
  std::string version;  ///< semantic version
  std::string sha256;   ///< of the archive, 64 hexadecimal characters
  std::uint64_t bytes = 0;
  std::uint32_t abi_major = 0, abi_minor = 0;
  std::vector<std::string> architectures;  ///< "x86_64-linux-gnu"
  bool beta = false;                       ///< of the channel beta
  bool yanked = false;
  std::string yanked_because;
  std::string key_id, published_at;
  std::vector<std::string> hooks;
  std::vector<ListedPermission> permissions;
  std::map<std::string, std::string> dependencies;  ///< module -> range
  std::vector<std::string> advisories;              ///< ids
  std::uint64_t downloads = 0;
};

struct Screenshot {
  std::string url, caption;
};

struct ModuleListing {
  std::string name, title, description, publisher, license;
  std::vector<ModuleVersion> versions;  ///< newest first; none in what search() finds
  bool more_versions = false;           ///< there are older ones than `versions`
  std::string publisher_title, category, latest_stable, latest_beta, updated_at, created_at, change_log;
  std::vector<std::string> hooks, permissions;
  std::vector<Screenshot> screenshots;
  std::uint64_t downloads = 0, ratings = 0;
  double rating = 0;  ///< average of `ratings`, 1 to 5
  std::uint64_t advisories = 0;
};

/// Empty fields do not count.
struct ModuleSearch {
  std::string words, category, hook, permission;
  std::string sort;  ///< "relevance", "downloads", "rating", "updated", "name"
  std::string cursor;
  int limit = 50;
};
struct ModulePage {
  std::vector<ModuleListing> modules;
  std::string next_cursor;  ///< "": there are no more
};

/// What a host can run.
struct HostAbi {
  std::uint32_t major = 0, minor = 0;
  std::string_view architecture;
};

/// The newest release that `host` can run; a pre-release or beta only when there is no release,
/// never one that was withdrawn. nullptr when there is none.
const ModuleVersion* latest_compatible(const ModuleListing& listing, const HostAbi& host);

/// Reads a registry over HTTP. Failures: kUnavailable when it cannot be reached, kNotFound, kUpstream when it answers
/// something that this client cannot read, or other bytes than it announced.
class RegistryClient {
 public:
  /// `base_url` is MARKETPLACE_URL; `client` must outlive this.
  RegistryClient(http::Client& client, std::string base_url);
  Task<Result<std::vector<ModuleListing>>> list();
  /// One page. `host` is told, so that what this host cannot run may be left out by the registry.
  Task<Result<ModulePage>> search(ModuleSearch query, HostAbi host);
  Task<Result<ModuleListing>> find(std::string name);
  /// The archive of one version, at most kMaxBundleBytes, its digest compared with the one that the registry announced.
  Task<Result<std::string>> download(std::string name, ModuleVersion version);

 private:
  Task<Result<std::string>> get(std::string path, std::size_t limit, std::string what);

  http::Client& client_;
  std::string base_url_;
};

}  // namespace rapt::marketplace
