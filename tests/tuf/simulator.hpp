// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "rapt/base/clock.hpp"
#include "signer.hpp"

namespace rapt::tuf::testing {

/// A clock that stands still until a test moves it.
class TestClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return now_; }
  void advance(std::chrono::hours by) { now_ += by; }

 private:
  TimePoint now_ = *parse_time("2030-01-01T00:00:00Z");
};

inline constexpr auto kDay = std::chrono::hours(24);

/// What a client asked for: a role and the version in the file's name.
using Asked = std::pair<std::string, std::optional<int>>;

/// A repository whose documents a test changes at will and publishes. Nothing checks that they make sense.
class Simulator {
 public:
  explicit Simulator(const Clock& clock);

  /// The signed part of a role's next version. Its version is counted up by publish().
  nlohmann::json& operator[](const std::string& role) { return parts_[role]; }
  /// Signs the roles' documents in this order. What depends on them is updated, not published: the snapshot's entry of
  /// targets roles, the timestamp's of the snapshot.
  void publish(const std::vector<std::string>& roles);
  void publish_all() { publish({"root", "targets", "snapshot", "timestamp"}); }
  /// The whole files that have been published, oldest first; the file N.ROLE.json is the one at N-1.
  std::vector<std::string>& files(const std::string& role) { return files_[role]; }

  /// Gives a role one more key; of a delegated one in the document of `delegator`.
  void add_key(const std::string& role, const Signer& signer, const std::string& delegator = "");
  void add_key(const std::string& role) { add_key(role, Signer::make()); }
  void rotate_keys(const std::string& role);  ///< one new key instead of all
  std::vector<Signer>& signers(const std::string& role) { return signers_[role]; }

  struct Delegation {
    std::string delegator, name;
    std::vector<std::string> paths{"*"};
    bool terminating = false;
  };
  void delegate(const Delegation& delegation);
  void delegate_bins(int bits);  ///< succinct roles "bin-…" below "targets"
  /// Puts a target into a role's next version.
  void add_target(const std::string& role, const std::string& path, const std::string& bytes,
                  const std::vector<std::string>& algorithms = {"sha256"});
  std::map<std::string, std::string>& artifacts() { return artifacts_; }
  [[nodiscard]] std::string in_days(int days) const;

  std::optional<std::string> metadata(const std::string& file);  ///< "2.snapshot.json"
  std::optional<std::string> target(const std::string& file);    ///< "dir/HASH.name"
  [[nodiscard]] std::vector<Asked> asked() const;
  [[nodiscard]] std::vector<std::string> targets_asked() const;
  void forget_asked();

  bool hashes = false;  ///< snapshot and timestamp name lengths and hashes

 private:
  void note(const std::string& role, const std::string& file);

  const Clock& clock_;
  std::map<std::string, nlohmann::json> parts_;
  std::map<std::string, std::vector<std::string>> files_;
  std::map<std::string, std::vector<Signer>> signers_;
  std::map<std::string, std::string> artifacts_;
  mutable std::mutex lock_;  ///< of what was asked: the server has its own thread
  std::vector<Asked> asked_;
  std::vector<std::string> targets_asked_;
};

}  // namespace rapt::tuf::testing
