// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "belief.hpp"
#include "folder.hpp"
#include "rapt/tuf/client.hpp"

namespace rapt::tuf {

/// Holds a client and its folder for one task.
class Turn {
 public:
  Turn(std::atomic<bool>& busy, UniqueFd lock) : busy_(&busy), lock_(std::move(lock)) {}
  Turn(Turn&& other) noexcept : busy_(std::exchange(other.busy_, nullptr)), lock_(std::move(other.lock_)) {}
  Turn& operator=(Turn&&) = delete;
  void hold(UniqueFd lock) { lock_ = std::move(lock); }
  ~Turn() {
    lock_.reset();
    if (busy_ != nullptr) busy_->store(false, std::memory_order_release);
  }

 private:
  std::atomic<bool>* busy_;
  UniqueFd lock_;
};

using TargetsFile = std::shared_ptr<const Held<Targets>>;

/// Who vouches for a role's document: the root for "targets", another role's delegations for the rest.
struct Delegator {
  const Role* role;
  const std::map<std::string, Key>* keys;
};

struct Client::Impl {
  Impl(std::filesystem::path path, std::shared_ptr<Fetcher> fetcher_, const Clock& clock_, Limits limits_)
      : folder(std::move(path)), fetcher(std::move(fetcher_)), clock(clock_), limits(limits_) {}

  /// Waits until no other task and no other process works in the folder. kUnavailable when that takes too long.
  Task<Result<Turn>> turn();
  Result<Turn> wait_for_turn();  ///< the same, and blocks
  Result<std::optional<Turn>> try_turn();

  // The steps of the workflow; with a turn.
  Task<Result<void>> refresh();
  Result<void> load_root();
  Task<Result<void>> update_root();
  Result<void> accept_root(std::string bytes);
  Task<Result<void>> update_timestamp();
  Result<void> accept_timestamp(std::string bytes);
  Task<Result<void>> update_snapshot();
  Result<void> accept_snapshot(std::string bytes, const FileMeta& meta);
  Task<Result<void>> update_targets();

  /// A document of the folder, if it is signed as the present root wants; one that is not counts as absent. Documents
  /// in memory that are the folder's are not read again.
  template <class T, class Parse>
  Result<std::optional<Held<T>>> local(const std::string& name, const std::optional<Held<T>>& memory, Parse parse);
  Result<void> load_timestamp();
  Result<void> load_snapshot();
  /// All four documents from memory or the folder; false when one of them is missing, expired or does not fit the
  /// others.
  Result<bool> load_all();
  /// Whether the folder holds what memory does: another process may have gone on.
  [[nodiscard]] Result<bool> is_current() const;
  void forget();

  /// The role's document as the snapshot names it: from memory, the folder or the repository; verified against this
  /// very delegator each time, as two roles may delegate to a third under different keys.
  Task<Result<TargetsFile>> load_role(std::string name, Delegator delegator);
  /// The document that memory or the folder holds, if it is the one that is wanted; else null.
  Result<TargetsFile> known_role(const std::string& name, Delegator delegator, const FileMeta& meta);
  Result<void> believe_role(const std::string& name, const Held<Targets>& held, Delegator delegator,
                            const FileMeta& meta) const;
  Task<Result<FoundTarget>> find(std::string path);
  Task<Result<Targets>> role(std::string name);

  /// A document from the repository. Too large and too slow become sentences of their own; kNotFound stays.
  Task<Result<std::string>> fetch(std::string file, std::string name, std::optional<std::uint64_t> length,
                                  std::size_t limit);
  [[nodiscard]] std::string versioned(const std::string& name, std::int64_t version) const;
  [[nodiscard]] Result<void> believe_all_fresh(TimePoint now) const;
  /// Whether what the folder holds was whole and has not expired: enough to ask for a new timestamp alone. Reads the
  /// small documents only, and a note for the large ones.
  Result<bool> is_known();
  Result<bool> is_noted();
  Result<void> note() const;
  [[nodiscard]] std::string note_key() const;
  /// Has everything in memory for a search: from the folder, or else by a refresh. kConflict when the repository was
  /// not asked in this process yet.
  Task<Result<void>> prepare();
  [[nodiscard]] std::string fingerprint() const;  ///< differs when what is trusted differs

  Folder folder;
  std::shared_ptr<Fetcher> fetcher;
  const Clock& clock;
  const Limits limits;
  std::atomic<bool> busy{false};

  TimePoint start{};      ///< one fixed time for the whole update
  bool complete = false;  ///< the four documents below belong together and are verified
  bool asked = false;     ///< the repository has answered in this process
  std::optional<Held<Root>> root;
  std::optional<Held<Timestamp>> timestamp;
  std::optional<Held<Snapshot>> snapshot;
  std::map<std::string, TargetsFile> roles;  ///< "targets" and delegated ones
};

}  // namespace rapt::tuf
