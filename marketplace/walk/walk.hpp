// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "ceremony.hpp"
#include "test_repository.hpp"

namespace rapt::marketplace::walk {

/// The real time, and as much ahead as a step wishes: what expires is renewed without waiting for it.
class AheadClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return SystemClock().now() + ahead; }
  std::chrono::seconds ahead{0};
};

/// What clients have to find of a publisher's targets.
enum class Standing {
  kVouched,
  kRefused,  ///< delegated to, but its document is not signed by a key of its own any more
  kGone,     ///< nobody delegates to it
};

struct Member {
  explicit Member(std::string name) : publisher(std::move(name)) {}
  TestPublisher publisher;
  Standing standing = Standing::kVouched;
  bool by_ceremony = false;
  int modules = 0, versions = 0;
};

/// A random life of a registry: publications, yanks, rotations of every kind of key, ceremonies, renewals.
class Walk {
 public:
  Walk(std::uint64_t seed, TestFolder& folder, store::Database& database);
  /// The next step; what was done, in words. Throws when the repository refuses what it has to take, or the other way.
  std::string step();
  /// Every target that was ever published, as JSON: path -> {standing, sha256, length, yanked}.
  [[nodiscard]] std::string expected() const;
  /// The bytes of a module's target.
  static std::string bytes_of(const std::string& path) { return "the bundle " + path; }
  [[nodiscard]] std::int64_t root_version() const { return root_.version; }

 private:
  using Step = std::string (Walk::*)();

  std::string publish();
  std::string yank();
  std::string admit_new();
  std::string expel();
  std::string admit_again();
  std::string rotate_softly();
  std::string rotate_hard();
  std::string sign_again();
  std::string ceremony_admit();
  std::string ceremony_expel();
  std::string rotate_root();
  std::string rotate_online();
  std::string rotate_targets();
  std::string renew();
  std::string advise();

  template <class Work>
  auto run(Work work);
  std::size_t pick(std::size_t count) { return static_cast<std::size_t>(random_() % count); }
  /// One of those that the condition holds of; nullptr when there is none.
  template <class Condition>
  Member* some(Condition condition);
  void hand_in(Member& member, const std::vector<const security::PrivateKey*>& keys);
  Delegated admit(Member& member, std::vector<security::PublicKey> keys);
  void take(const std::vector<CeremonyFile>& files, bool noted = false);
  CeremonyFile next_targets(const TargetsChange& change);
  CeremonyFile next_root(const RoleChanges& changes, const std::vector<const security::PrivateKey*>& others = {});
  security::PublicKey online_key(const std::string& role);
  [[nodiscard]] TimePoint in_a_year() const;

  std::mt19937_64 random_;
  TestFolder& folder_;
  store::Database& database_;
  AheadClock clock_;
  std::shared_ptr<Repository> repository_;
  tuf::Root root_;
  tuf::Targets targets_;
  std::vector<security::PrivateKey> root_keys_, targets_keys_;
  std::vector<std::unique_ptr<Member>> members_;
  int made_ = 0, advisories_ = 0;
};

}  // namespace rapt::marketplace::walk
