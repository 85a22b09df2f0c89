// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>

#include "chain.hpp"
#include "key_folder.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/store/database.hpp"

namespace rapt::marketplace {

/// What the offline keys have said last.
struct Chain {
  SignedRoot root;
  SignedTargets targets;
};

/// Documents that a change has made, by their names in the snapshot.
using Touched = std::map<std::string, tuf::FileMeta>;
tuf::FileMeta meta_of(std::int64_t version, std::string_view file);

/// Writes the advisories to tuf_targets and names them in the registry's document.
Result<void> put_advisory_target(store::Transaction& transaction, const std::vector<Advisory>& advisories,
                                 TimePoint now, tuf::Targets& registry);

/// How long what the online keys sign holds.
std::chrono::seconds lifetime_of(std::string_view online_role);

/// Reads and signs the documents of the online keys. What is read has to be signed by those keys too: who can write to
/// the database must not get the server's signature under it.
class Online {
 public:
  Online(std::shared_ptr<KeyFolder> keys, const Clock& clock) : keys_(std::move(keys)), clock_(clock) {}

  /// The current document of "community" or "registry"; of version 0 and empty when there is none.
  static Result<tuf::Targets> targets(store::Transaction& transaction, const Chain& chain, std::string_view role);
  /// The current snapshot; of version 0 when there is none, then with all that the database has.
  static Result<tuf::Snapshot> snapshot(store::Transaction& transaction, const Chain& chain);

  /// Signs the next version of "community" or "registry".
  Result<void> sign(store::Transaction& transaction, const Chain& chain, std::string_view role, tuf::Targets document,
                    Touched& touched) const;
  /// Signs the next snapshot, with what is touched, and the timestamp.
  Result<void> announce(store::Transaction& transaction, const Chain& chain, tuf::Snapshot snapshot,
                        const Touched& touched) const;
  /// Signs the next timestamp, of the snapshot that is current.
  Result<void> stamp(store::Transaction& transaction, const Chain& chain) const;

 private:
  template <class Document>
  Result<std::string> put(store::Transaction& transaction, std::string_view name, const tuf::Role& role,
                          Document document) const;

  const std::shared_ptr<KeyFolder> keys_;
  const Clock& clock_;
};

}  // namespace rapt::marketplace
