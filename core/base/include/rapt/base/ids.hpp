// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rapt {

/// A UUID that knows what it names, so that two ids of different things cannot be exchanged by mistake.
/// Held in its canonical lower-case text of 36 characters; empty when default-constructed.
template <class Tag>
class Id {
 public:
  Id() = default;
  /// nullopt unless `text` is a UUID in the canonical form (either case).
  static std::optional<Id> parse(std::string_view text);
  /// For text that has come from the database or from new_uuid().
  static Id trusted(std::string text) { return Id(std::move(text)); }
  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

using UserId = Id<struct UserTag>;
using GroupId = Id<struct GroupTag>;
using ClassId = Id<struct ClassTag>;
using ToolId = Id<struct ToolTag>;
using ToolVersionId = Id<struct ToolVersionTag>;
using AssignmentId = Id<struct AssignmentTag>;
using SessionId = Id<struct SessionTag>;  ///< a conversation (chat_sessions), not a login
using MessageId = Id<struct MessageTag>;
using RunId = Id<struct RunTag>;
using ExtractionId = Id<struct ExtractionTag>;

/// Canonical lower-case form, or nullopt.
std::optional<std::string> canonical_uuid(std::string_view text);
/// A version 7 UUID (time-ordered, RFC 9562), random part from the kernel.
std::string new_uuid();

template <class Tag>
std::optional<Id<Tag>> Id<Tag>::parse(std::string_view text) {
  auto canonical = canonical_uuid(text);
  if (!canonical) return std::nullopt;
  return Id(std::move(*canonical));
}

}  // namespace rapt

template <class Tag>
struct std::hash<rapt::Id<Tag>> {
  std::size_t operator()(const rapt::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
