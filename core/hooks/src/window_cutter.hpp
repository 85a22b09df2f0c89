// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/hooks/hook.hpp"

namespace rapt::hooks {

/// Cuts a text that comes in pieces of any size into the windows that a module asked for. Sentences and sizes come out
/// the same however the text comes in. Holds little more than one window.
class WindowCutter {
 public:
  /// A sentence that does not end is cut between words.
  static constexpr std::size_t kLongestSentence = 2048;
  /// So is a token: some gateways send the whole answer at once.
  static constexpr std::size_t kLongestToken = 16384;

  explicit WindowCutter(Window window);
  /// What is added from now on is the end of the text: of tokens, as much as one may have is left to rest().
  void end() { ended_ = true; }
  /// UTF-8; a piece may end inside a character.
  void add(std::string_view words);
  /// The text of the next window, nullopt until more has come. To be asked until then after each add().
  std::optional<std::string> next();
  /// What is left at the end, less than a window. A character that never came whole becomes U+FFFD.
  std::string rest();

 private:
  [[nodiscard]] std::size_t token_end() const;
  [[nodiscard]] std::size_t sentence_end();
  [[nodiscard]] std::size_t size_end() const;
  [[nodiscard]] std::string_view waiting() const { return std::string_view(text_).substr(begin_); }

  Window::Unit unit_;
  std::size_t limit_;
  std::string text_;
  std::size_t begin_ = 0;  ///< of what has not been handed out
  bool ended_ = false;
  std::size_t scanned_ = 0;  ///< bytes behind begin_ that hold no end of a sentence
};

}  // namespace rapt::hooks
