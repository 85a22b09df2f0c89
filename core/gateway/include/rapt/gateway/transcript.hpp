// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rapt::gateway {

/// Messages that come with one question after another, as what was said before in a conversation does. Each is counted
/// and written as JSON once, when it is added. Words alone: what has pictures is a Message. Nothing in it may be
/// changed once it is shared.
class Transcript {
 public:
  Transcript() = default;
  /// The messages of another one from `first` on, with room for so many more of so many bytes together.
  Transcript(const Transcript& other, std::size_t first, std::size_t messages, std::size_t bytes);
  /// `role` is "user", "assistant" or "system".
  void add(std::string_view role, std::string_view content);
  /// Gives back the room that was not needed, where that is much.
  void fit();

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::string_view role(std::size_t message) const;
  [[nodiscard]] std::string_view content(std::size_t message) const;
  /// The messages from `first` up to `last`, without that, as elements of an array.
  [[nodiscard]] std::string_view json(std::size_t first, std::size_t last) const;
  /// As tokens.hpp has it, with the marks around a message.
  [[nodiscard]] std::int64_t most_tokens(std::size_t message) const { return entries_[message].most_tokens; }
  [[nodiscard]] std::int64_t estimated_tokens(std::size_t message) const { return entries_[message].estimated_tokens; }
  /// What it holds in memory.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Entry {
    std::size_t json;  ///< where it begins
    std::size_t text;  ///< where its words begin: in the JSON where they are written as they are, else beside it
    std::size_t size;  ///< of its words
    bool beside;
    std::int64_t most_tokens, estimated_tokens;
  };

  std::string json_;    ///< each followed by a comma
  std::string beside_;  ///< the words that JSON writes otherwise
  std::vector<Entry> entries_;
};

/// Some of the messages of a transcript, one after the other.
struct Excerpt {
  std::shared_ptr<const Transcript> of{};
  std::size_t first = 0;
  std::size_t last = 0;  ///< behind the last one
};

}  // namespace rapt::gateway
