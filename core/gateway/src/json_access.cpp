// SPDX-License-Identifier: AGPL-3.0-or-later
#include "json_access.hpp"

#include "rapt/base/text.hpp"

namespace rapt::gateway {

namespace {

constexpr std::int64_t kMostTokens = 100'000'000;
constexpr std::size_t kNameBytes = 200;

}  // namespace

const nlohmann::json* member(const nlohmann::json& value, const char* name) {
  if (!value.is_object()) return nullptr;
  const auto found = value.find(name);
  return found == value.end() || found->is_null() ? nullptr : &*found;
}

std::string text_of(const nlohmann::json* value) {
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::string name_from(std::string_view text) {
  return printable(text, kNameBytes);
}

std::string name_of(const nlohmann::json* value) {
  return name_from(text_of(value));
}

std::optional<std::int64_t> count_of(const nlohmann::json* value) {
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  if (value->is_number_unsigned() && value->get<std::uint64_t>() > static_cast<std::uint64_t>(kMostTokens))
    return std::nullopt;
  const auto count = value->get<std::int64_t>();
  return count < 0 || count > kMostTokens ? std::nullopt : std::optional(count);
}

}  // namespace rapt::gateway
