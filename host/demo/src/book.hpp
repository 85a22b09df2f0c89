// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"

namespace rapt::demo {

/// One call as the model's own books have it. Only what was written is paid for: nothing before the first words.
struct BookEntry {
  std::string call_id{};  ///< X-Request-Id; "" when there was none
  std::string generation_id{};
  std::string model{};
  std::size_t input_tokens = 0;
  std::size_t output_tokens = 0;
  std::string outcome{};  ///< "" while it is being answered; "answered", "left", "failed", "disconnected"
};

/// Every call that was answered, so that somebody else's account of them can be compared with it. Keeps the newest
/// 200,000 in memory, and all of them in a file when it has one. Thread-safe.
class Book {
 public:
  Book();
  /// From now on each call that ends is a line of JSON in `file`, written at once.
  Result<void> write_to(const std::filesystem::path& file);

  using Number = std::uint64_t;
  Number begin(std::string call_id, std::string model);
  [[nodiscard]] std::string generation_id(Number call) const;
  void written(Number call, std::size_t input_tokens, std::size_t output_tokens);
  void end(Number call, const char* outcome);

  /// How many tries this is of a call or, when it has no name, of its kind: 1 at first.
  std::size_t count_try(const std::string& key);
  /// What was spent on a generation, or on all tries of a call; nullopt when there is none or one is being answered.
  [[nodiscard]] std::optional<BookEntry> find(const std::string& id) const;
  /// {"data":[…]}, oldest first.
  [[nodiscard]] std::string to_json() const;

 private:
  [[nodiscard]] const BookEntry* entry(Number call) const;
  void append(const BookEntry& entry);

  mutable std::mutex mutex_;
  const std::string prefix_;
  Number first_ = 0;  ///< the number of entries_.front()
  std::deque<BookEntry> entries_;
  std::unordered_map<std::string, std::vector<Number>> by_id_;
  std::unordered_map<std::string, std::size_t> tries_;
  UniqueFd file_;
};

}  // namespace rapt::demo
