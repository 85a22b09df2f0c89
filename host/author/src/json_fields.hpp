// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "rapt/base/result.hpp"

namespace rapt::author {

/// Reads the members of one JSON object and collects every fault with its path. An object that is not there has no
/// members.
class Fields {
 public:
  using Faults = std::vector<FieldError>;
  /// `object` may be nullptr; it and `faults` outlive this.
  Fields(const nlohmann::json* object, std::string path, Faults& faults, std::initializer_list<std::string_view> known);

  [[nodiscard]] const nlohmann::json* find(std::string_view name) const;
  /// Plain text, "" when it is not there.
  std::string text(std::string_view name);
  /// Plain text that has to be there.
  std::string required_text(std::string_view name);
  /// One of `allowed`; nullopt when it is missing or something else, which is a fault.
  std::optional<std::string> choice(std::string_view name, std::initializer_list<std::string_view> allowed);
  /// A whole number within the bounds; nullopt when it is not there.
  std::optional<std::int64_t> number(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<bool> boolean(std::string_view name);
  /// The member, when it is an object.
  const nlohmann::json* object(std::string_view name);
  void fault(std::string_view name, std::string message);
  [[nodiscard]] std::string path(std::string_view name) const;
  [[nodiscard]] bool present() const { return object_ != nullptr; }

 private:
  const nlohmann::json* object_;
  std::string path_;
  Faults& faults_;
};

/// Reads a document; kInvalid with a sentence that says where it is broken. At most `limit` bytes and 64 levels.
Result<void> parse_document(std::string_view text, std::size_t limit, nlohmann::json& document);

}  // namespace rapt::author
