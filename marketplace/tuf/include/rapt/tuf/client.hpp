// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/runtime/task.hpp"
#include "rapt/tuf/metadata.hpp"

namespace rapt::tuf {

/// Where a client's documents and targets come from. The repository is hostile: what is fetched is believed only when
/// the client has checked it.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// The file below the repository's metadata ("3.root.json"; what is unusual in a role's name is already %XX, so it is
  /// one segment of a path): at most `max_bytes`, within a time limit of the fetcher's, which also
  /// ends a transfer that trickles. kNotFound when there is none; kTooLarge, kTimeout, kUnavailable.
  virtual Task<Result<std::string>> metadata(std::string path, std::size_t max_bytes) = 0;
  /// The file below the repository's targets (not quoted; no "." or ".." segments), handed on in pieces; ends with the
  /// sink's own failure.
  virtual Task<Result<void>> target(std::string path, std::uint64_t max_bytes,
                                    std::function<Result<void>(std::string_view piece)> sink) = 0;
};

/// What limits a client (specification, sections 5.1 to 5.7).
struct Limits {
  std::size_t root_bytes = 512 * 1024;
  std::size_t timestamp_bytes = 16 * 1024;
  std::size_t snapshot_bytes = 8 * 1024 * 1024;  ///< where the timestamp names no length
  std::size_t targets_bytes = 16 * 1024 * 1024;  ///< where the snapshot names no length
  int root_rotations = 256;
  int delegations = 128;  ///< roles that are looked into for one target
};

/// A target that the metadata vouches for.
struct FoundTarget {
  std::string path;
  Target target;
  std::string role;  ///< whose metadata vouches for it: "targets", "publisher-x"
};

/// The client of The Update Framework 1.0: its whole workflow (section 5), with state that outlives the process.
///
/// `folder` is this client's own: the trusted documents, each written atomically once it has been verified. Two
/// processes may use one folder: a lock file has them take turns. Failures are kForbidden (an attack or a fault of the
/// repository: wrong keys, threshold, rollback, freeze, mix-and-match, endless data; each in its own sentence),
/// kTimeout (slow data), kUnavailable (the repository is away), kInvalid (malformed). Whatever fails, the folder holds
/// what has been verified, and nothing else. Thread-safe; tasks take turns.
class Client {
 public:
  Client(std::filesystem::path folder, std::shared_ptr<Fetcher> fetcher, const Clock& clock, Limits limits = {});
  ~Client();
  /// Begins to trust a root that came by a safe way. Replaces every trusted document. kInvalid, kForbidden.
  Result<void> init(std::string_view root);
  /// The workflow of sections 5.2 to 5.6: root (every version between), timestamp, snapshot, top-level targets.
  Task<Result<void>> refresh();
  /// Cheaper where nothing has changed: one request for the timestamp. When its bytes are the trusted ones and nothing
  /// has expired, that is all; otherwise refresh(). As safe: who can repeat an old timestamp could withhold a new root
  /// just as well. True when something has changed.
  Task<Result<bool>> check();
  /// Finds a target by pre-order walk of the delegations (5.6.7), after a refresh() or check() in this process.
  /// kNotFound when nobody vouches for it, kConflict before a refresh. Roles are loaded when a search leads to them.
  Task<Result<FoundTarget>> find(std::string path);
  /// The verified document of one delegated role, whoever delegates to it, loaded if need be. kNotFound.
  Task<Result<Targets>> role(std::string name);
  /// The bytes of a found target, handed on in pieces as they come. Believe them only when this succeeds: length and
  /// hashes are checked at the end. kForbidden when they are others.
  Task<Result<void>> download(FoundTarget target, std::function<Result<void>(std::string_view piece)> sink);
  /// The trusted root and top-level documents, for whoever is to be told. kNotFound before init().
  [[nodiscard]] Result<Root> trusted_root() const;
  [[nodiscard]] std::optional<Timestamp> trusted_timestamp() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::tuf
