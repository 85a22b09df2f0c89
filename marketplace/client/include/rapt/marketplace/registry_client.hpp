// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/http/client.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::marketplace {

/// One published version of a module, as the registry tells it. Believed only as far as it helps to choose: what counts
/// is the bundle's own signature.
struct ModuleVersion {
  std::string version;  ///< semantic version
  std::string sha256;   ///< of the archive, 64 hexadecimal characters
  std::uint64_t bytes = 0;
  std::uint32_t abi_major = 0, abi_minor = 0;
  std::vector<std::string> architectures;  ///< "x86_64-linux-gnu"
};

struct ModuleListing {
  std::string name, title, description, publisher, license;
  std::vector<ModuleVersion> versions;  ///< newest first
};

/// What a host can run.
struct HostAbi {
  std::uint32_t major = 0, minor = 0;
  std::string_view architecture;
};

/// The newest release that `host` can run; a pre-release only when there is no release. nullptr when there is none.
const ModuleVersion* latest_compatible(const ModuleListing& listing, const HostAbi& host);

/// Reads a registry over HTTP. Failures: kUnavailable when it cannot be reached, kNotFound, kUpstream when it answers
/// something that this client cannot read, or other bytes than it announced.
class RegistryClient {
 public:
  /// `base_url` is MARKETPLACE_URL; `client` must outlive this.
  RegistryClient(http::Client& client, std::string base_url);
  Task<Result<std::vector<ModuleListing>>> list();
  Task<Result<ModuleListing>> find(std::string name);
  /// The archive of one version, at most kMaxBundleBytes, its digest compared with the one that the registry announced.
  Task<Result<std::string>> download(std::string name, ModuleVersion version);

 private:
  Task<Result<std::string>> get(std::string path, std::size_t limit, std::string what);

  http::Client& client_;
  std::string base_url_;
};

}  // namespace rapt::marketplace
