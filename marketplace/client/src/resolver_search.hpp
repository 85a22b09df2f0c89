// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "resolver_problem.hpp"

namespace rapt::marketplace {

using Choice = std::map<std::string, const Candidate*>;

/// One who asks something of a module: "struggle-detector 2.0.0 needs ^1.4".
struct Ask {
  std::string by;  ///< module
  const Candidate* version = nullptr;
  std::string range;
};

/// Where a search came to its end: no version of this module is left.
struct DeadEnd {
  std::string module;
  std::vector<Ask> asks;
  Choice chosen;  ///< so far
};

struct Outcome {
  std::optional<Choice> choice;
  std::optional<DeadEnd> nearest;    ///< without a choice: the dead end that took the fewest decisions
  std::set<std::string> involved;    ///< without a choice: the modules that it is about
  std::vector<std::string> unknown;  ///< the search cannot go on before these modules have been offered
  bool tangled = false;              ///< it gave up after its limit of steps; `choice` is then none
};

/// Whether choosing this moves a module that is installed and that nobody has asked about.
bool is_change(const Problem& problem, const std::string& module, const Candidate& candidate);

/// Tries versions until everybody has what it needs. Deterministic: who is wanted is decided first, in the order of the
/// list, newest version first; then whoever has the fewest versions left. It goes back to the latest decision that had
/// a part in a dead end, and not to those that had none.
class Search {
 public:
  static constexpr std::size_t kSteps = 2'000'000;  ///< looks at a version; about a second
  explicit Search(const Problem& problem, std::size_t steps = kSteps) : problem_(problem), steps_(steps) {}
  Outcome run();
  /// As run(), with these versions settled, and at most so many other installed modules changed.
  Outcome run(const Choice& settled, std::size_t changes);
  [[nodiscard]] std::size_t steps_left() const { return steps_; }

 private:
  /// Who had a part in a dead end; nullopt when everything has been decided.
  using Blame = std::optional<std::set<std::string>>;
  Blame decide();
  Blame try_each(const std::string& module, const std::vector<const Candidate*>& left);
  [[nodiscard]] std::optional<std::string> next(std::vector<const Candidate*>& left);
  [[nodiscard]] std::vector<const Candidate*> left_of(const std::string& module);
  [[nodiscard]] bool may(const std::string& module, const Candidate& candidate, const std::vector<Ask>& asks);
  const std::vector<const Candidate*>& open_to(const std::string& module);
  void take_step();
  [[nodiscard]] std::vector<Ask> asks_of(const std::string& module) const;
  [[nodiscard]] std::set<std::string> required() const;
  [[nodiscard]] std::set<std::string> blamed_for(const std::string& module, bool for_changes) const;
  void note_dead_end(const std::string& module);
  bool stopped() const { return !outcome_.unknown.empty() || outcome_.tangled; }

  const Problem& problem_;
  std::size_t steps_;
  Ranges ranges_;
  std::map<std::string, std::vector<const Candidate*>> open_;  ///< versions that nothing bars
  Choice chosen_;
  const Choice* settled_ = nullptr;
  std::optional<std::size_t> changes_left_;
  Outcome outcome_;
};

}  // namespace rapt::marketplace
