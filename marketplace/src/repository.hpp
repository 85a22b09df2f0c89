// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/store/database.hpp"
#include "rapt/tuf/metadata.hpp"

namespace rapt::marketplace {

/// A document from a ceremony: what it is, and the whole file.
struct CeremonyFile {
  std::string role;  ///< "root", "targets" or "releases"
  std::string file;
};

/// What has come of a change of a publisher's keys.
enum class Delegated : std::uint8_t {
  kNow,        ///< clients see it
  kSignAgain,  ///< they see it, and believe the publisher's current document no longer: none of its keys has signed it
  kNextCeremony,  ///< the offline keys have admitted this publisher, so only they can change it
};

/// The repository's metadata, in the table tuf_metadata. A change and the snapshot and timestamp that announce it are
/// one transaction; changes take turns (an advisory lock), also those of several servers. All functions of a
/// Transaction run on a pool thread, and need to be the last that the transaction does not roll back from: a failure
/// of theirs has to end it. Thread-safe.
class Repository {
 public:
  /// kInvalid when the folder of keys cannot be used. A key that the metadata names and the folder lacks is told by the
  /// first change; a key that is put there later is found. `clock` must outlive this.
  static Result<std::shared_ptr<Repository>> open(const std::filesystem::path& keys_folder, const Clock& clock);
  ~Repository();

  /// A file of the metadata as clients ask for it: "timestamp.json", "3.root.json", "17.publisher-x.json". kNotFound.
  Task<Result<std::string>> file(store::Database& database, std::string name) const;

  /// Takes in what came from a ceremony, signed by the holders of offline keys, in the order root, targets, releases:
  /// all or nothing. A root follows the current one by the specification; the others only need a higher version. What
  /// is there already is passed over. Answers what an operator should know: "lake has to sign its document again: …".
  /// kForbidden, kInvalid, kConflict, with the reason.
  Result<std::vector<std::string>> take_signed(store::Transaction& transaction,
                                               const std::vector<CeremonyFile>& files) const;
  /// One of them.
  Result<std::vector<std::string>> take_signed(store::Transaction& transaction, std::string_view role,
                                               std::string_view file) const;

  /// A publisher and its keys become known: from now on its documents can be taken in. Delegated by the role
  /// "community" until a ceremony has taken it into "targets". Again with other keys: they are changed (rotation). To
  /// rotate without a gap: admit the old and the new key, have the publisher sign by the new one, admit that alone.
  Result<Delegated> admit(store::Transaction& transaction, const std::string& publisher,
                          const std::vector<security::PublicKey>& keys) const;
  /// Nothing of this publisher is vouched for any more, as far as the online keys can say so (kNow or kNextCeremony).
  Result<Delegated> expel(store::Transaction& transaction, const std::string& publisher) const;

  /// The current document of a publisher: the file, as it was signed; nullopt before the first.
  Result<std::optional<std::string>> publisher_file(store::Transaction& transaction,
                                                    const std::string& publisher) const;
  /// A publisher's next document, which it has signed: by keys that are delegated to, one version above the current
  /// one, not expired and at most 400 days ahead, of at most 4 MiB, and of targets of its own alone, each with a custom
  /// that fits its path. What the targets are, the caller has compared. The current one again changes nothing.
  /// kForbidden, kInvalid, kTooLarge, kConflict (somebody was faster: begin from the current one).
  Result<tuf::Targets> publish(store::Transaction& transaction, const std::string& publisher,
                               std::string_view file) const;
  /// The keys that may sign releases of the platform, as the current metadata says; none before a ceremony.
  Result<std::vector<security::PublicKey>> releases_keys(store::Transaction& transaction) const;
  /// The current document of the role "releases": the file, as it was signed; nullopt before the first.
  Result<std::optional<std::string>> releases_file(store::Transaction& transaction) const;
  /// The next document of that role: signed by its threshold, one version above the current one, not expired and at
  /// most 400 days ahead, of at most 4 MiB, of releases alone. What they are, the caller has yet to compare. The
  /// current one again changes nothing. kForbidden, kInvalid, kTooLarge, kConflict (begin from the current one).
  Result<tuf::Targets> publish_releases(store::Transaction& transaction, std::string_view file) const;
  /// Replaces registry/advisories.json, whose bytes are kept in tuf_targets.
  Result<void> put_advisories(store::Transaction& transaction, const std::vector<Advisory>& advisories) const;

  /// Signs timestamp, snapshot and the other online roles anew when half of their time is over (one day, seven days,
  /// thirty days); true when something was signed. False, too, while no ceremony has taken place. Called every minute
  /// by the server. Warns in the log of offline documents that expire within 30 days.
  Result<bool> renew(store::Transaction& transaction) const;

 private:
  struct Impl;
  explicit Repository(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::marketplace
