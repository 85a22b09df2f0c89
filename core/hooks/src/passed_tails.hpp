// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rapt::hooks {

/// The ends of what has passed modules that are asked about one answer, one behind the other. A module that has changed
/// nothing has passed the beginning of what the one before it has: that is kept once. Thousands of answers are on their
/// way at once, and most pass as they were written.
class PassedTails {
 public:
  static constexpr std::size_t kMost = 4096;  ///< what a module is told of the text before its window

  /// At least one module.
  explicit PassedTails(std::size_t modules);
  /// Whole characters that have passed that module, which has had them from the one before.
  void pass(std::size_t module, std::string_view text);
  /// That it has put in the place of others.
  void replace(std::size_t module, std::string_view text);
  /// At most kMost bytes, whole characters. Stands until the next text passes any module.
  [[nodiscard]] std::string_view tail(std::size_t module) const;
  /// All that has passed it.
  [[nodiscard]] std::size_t bytes(std::size_t module) const { return passed_[module].bytes; }

 private:
  struct Passed {
    bool own = false;  ///< it has a text of its own; else it shares that of the last one before it that has
    std::string text{};
    std::size_t bytes = 0;
  };
  [[nodiscard]] std::size_t keeper_of(std::size_t module) const;
  [[nodiscard]] std::string_view kept(std::size_t module) const;
  void append(std::size_t module, std::string_view text);

  std::vector<Passed> passed_;
};

}  // namespace rapt::hooks
