// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/store/database.hpp"
#include "rapt/tuf/metadata.hpp"

namespace rapt::marketplace {

/// The keys that the server itself holds: of snapshot, timestamp, community and registry. Read from files of mode 0600.
struct OnlineKeys;

/// The repository's metadata, in the table tuf_metadata: every version of every role, and which is current. A change
/// and the snapshot and timestamp that announce it are one transaction; changes take turns (an advisory lock), also
/// those of several servers. All functions of a Transaction run on a pool thread.
class Repository {
 public:
  /// kInvalid when the folder of keys lacks one, or another than the trusted root names.
  static Result<std::shared_ptr<Repository>> open(const std::filesystem::path& keys_folder, const Clock& clock);
  ~Repository();

  /// A file of the metadata as clients ask for it: "timestamp.json", "3.root.json", "17.publisher-x.json". kNotFound.
  Task<Result<std::string>> file(store::Database& database, std::string name) const;

  /// Takes in what came from a ceremony, signed by the holders of offline keys: a root (which follows the current one
  /// by the specification), the top-level targets, or releases. kForbidden, kInvalid, kConflict, with the reason.
  Result<void> take_signed(store::Transaction& transaction, std::string_view role, std::string_view file) const;

  /// A publisher and its keys become known: from now on its documents can be taken in. Delegated by the role
  /// "community" until a ceremony has taken it into "targets". Again with other keys: they are changed (rotation).
  Result<void> admit(store::Transaction& transaction, const std::string& publisher,
                     const std::vector<security::PublicKey>& keys) const;
  /// Nothing of this publisher is vouched for any more, as far as the online keys can say so.
  Result<void> expel(store::Transaction& transaction, const std::string& publisher) const;

  /// The current document of a publisher: the file, as it was signed; nullopt before the first.
  Result<std::optional<std::string>> publisher_file(store::Transaction& transaction,
                                                    const std::string& publisher) const;
  /// A publisher's next document, which it has signed: by keys that are delegated to, one version above the current
  /// one, not expired, and of targets of its own alone. What the targets are, the caller has compared. kForbidden,
  /// kInvalid, kConflict (somebody was faster: begin from the current one).
  Result<tuf::Targets> publish(store::Transaction& transaction, const std::string& publisher,
                               std::string_view file) const;
  /// Replaces registry/advisories.json, whose bytes are kept in tuf_targets.
  Result<void> put_advisories(store::Transaction& transaction, const std::vector<Advisory>& advisories) const;

  /// Signs timestamp, snapshot and the other online roles anew before they expire; true when something was signed.
  /// Called every minute by the server.
  Result<bool> renew(store::Transaction& transaction) const;

 private:
  struct Impl;
  explicit Repository(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::marketplace
