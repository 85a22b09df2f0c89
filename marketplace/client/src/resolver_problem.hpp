// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rapt/base/semver.hpp"
#include "rapt/marketplace/resolver.hpp"

namespace rapt::marketplace {

/// Why a version of a module may not be chosen whatever others want; kNone when it may.
enum class Bar : std::uint8_t { kNone, kPublisher, kYanked, kBeta, kPin, kOlder };

/// What is to be chosen, and from what. Everything is known; what is missing of the offers is told by lacks().
class Problem {
 public:
  Problem(std::vector<Wanted> wanted, std::vector<Present> installed);

  /// Takes up what is offered of a module; what is installed of it stays among the candidates. Newest first.
  void offer(const std::string& module, std::vector<Candidate> offered);
  /// Nobody has been asked about this module yet.
  [[nodiscard]] bool lacks(const std::string& module) const { return !candidates_.contains(module); }

  [[nodiscard]] std::vector<std::string> known() const;  ///< modules that have been asked about
  /// All that is known of a module, newest first.
  [[nodiscard]] const std::vector<Candidate>& candidates(const std::string& module) const;
  /// Why the candidate is out of the question, before anybody else is asked.
  [[nodiscard]] Bar bar(const std::string& module, const Candidate& candidate) const;
  /// Inside of the range of the one who wants this module; true when nobody does.
  [[nodiscard]] bool as_wanted(const std::string& module, const Candidate& candidate) const;
  [[nodiscard]] const Wanted* wanted(const std::string& module) const;
  [[nodiscard]] const Present* present(const std::string& module) const;
  [[nodiscard]] bool stays(const std::string& module, const Candidate& candidate) const;

  [[nodiscard]] const std::vector<Wanted>& all_wanted() const { return wanted_; }
  [[nodiscard]] const std::vector<Present>& all_installed() const { return installed_; }

 private:
  std::vector<Wanted> wanted_;
  std::vector<Present> installed_;  ///< by name
  std::map<std::string, std::vector<Candidate>> candidates_;
};

/// Whether the range takes the version; false for a range that cannot be read. Ranges are parsed once.
class Ranges {
 public:
  bool take(const std::string& range, const Version& version);

 private:
  std::map<std::string, std::optional<VersionRange>, std::less<>> parsed_;
};
bool in_range(const std::string& range, const Version& version);

}  // namespace rapt::marketplace
