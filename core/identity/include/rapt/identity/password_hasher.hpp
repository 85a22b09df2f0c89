// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/runtime/task.hpp"

namespace rapt::identity {

/// All work on passwords, on two threads of its own with a bounded queue, so that a rush of logins slows logins alone.
/// kUnavailable with seconds to wait when the queue is full. Thread-safe.
class PasswordHasher {
 public:
  struct Options {
    unsigned threads = 2;
    std::size_t max_queued = 64;
  };
  PasswordHasher();  ///< with the usual options
  explicit PasswordHasher(Options options);
  ~PasswordHasher();
  PasswordHasher(const PasswordHasher&) = delete;
  PasswordHasher& operator=(const PasswordHasher&) = delete;

  /// The PHC string of a password that is to be stored.
  Task<Result<std::string>> hash(std::string password);

  struct Verdict {
    bool right = false;
    /// The same password under the present parameters, when it is right and `stored` was made with others.
    std::optional<std::string> renewed{};
  };
  /// nullopt or a malformed hash costs what a stored one does, and is wrong.
  Task<Result<Verdict>> verify(std::string password, std::optional<std::string> stored);

  /// kInvalid with the field "password" when it is too short, too long or too easy to guess; `words` are the person's
  /// name and address.
  Task<Result<void>> check_password(std::string password, std::vector<std::string> words);

  /// What it has done so far: who claims the same work for two cases shows it by these.
  struct Work {
    std::int64_t hashes = 0, verifications = 0, checks = 0;
    auto operator<=>(const Work&) const = default;
  };
  [[nodiscard]] Work work() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::identity
