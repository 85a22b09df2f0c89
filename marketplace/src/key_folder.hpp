// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rapt/security/crypto.hpp"
#include "rapt/tuf/metadata.hpp"

namespace rapt::marketplace {

/// A signing key from its file: base64url of the seed, lines with "#" are comments. kInvalid also when others than the
/// owner may read the file.
Result<security::PrivateKey> read_private_key(const std::filesystem::path& path);
/// A public key from a file NAME.pub, or of the private key in it.
Result<security::PublicKey> read_public_key(const std::filesystem::path& path);
/// Makes FILE (mode 0600) and FILE with ".pub" for ".key". kConflict when one of them is there: a key is never
/// replaced.
Result<security::PublicKey> make_key(const std::filesystem::path& path, std::string_view what_for);

/// The keys that the server itself holds, of snapshot, timestamp, community and registry: all files *.key of a folder.
/// A key that is missing is looked for again, so that a rotated key may be put beside the old one while the server
/// runs. Thread-safe.
class KeyFolder {
 public:
  using Held = std::vector<std::shared_ptr<const security::PrivateKey>>;

  /// kInvalid when the folder or a key in it cannot be used, with what to do.
  static Result<std::shared_ptr<KeyFolder>> open(std::filesystem::path folder);
  /// As many keys of the role as it demands. kInvalid, naming the key that is missing.
  Result<Held> of(std::string_view role_name, const tuf::Role& role);

 private:
  explicit KeyFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Result<void> read();

  const std::filesystem::path folder_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const security::PrivateKey>> keys_;  ///< by the id of the framework
};

}  // namespace rapt::marketplace
