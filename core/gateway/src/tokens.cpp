// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/gateway/tokens.hpp"

#include <array>
#include <cstddef>

#include "rapt/gateway/gateway.hpp"

namespace rapt::gateway {

namespace {

constexpr std::int64_t kTokensOfAMessage = 4;  ///< its role, and the marks around it
constexpr std::int64_t kTokensOfAPicture = 800;

enum class Script : std::uint8_t { kWord, kDigit, kSpace, kLine, kSign, kAccented, kDense, kPicture };

/// What a run of one script comes to, in twelfths of a token: what its first character adds, and each further one.
struct Weight {
  std::int64_t first;
  std::int64_t further;
};
constexpr std::int64_t kWhole = 12;

constexpr Weight weight_of(Script script) {
  switch (script) {
    case Script::kWord:
      return {11, 1};
    case Script::kDigit:
      return {12, 4};
    case Script::kSpace:
      return {0, 3};
    case Script::kLine:
      return {10, 2};
    case Script::kSign:
      return {11, 5};
    case Script::kAccented:
      return {6, 4};
    case Script::kDense:
      return {10, 9};
    case Script::kPicture:
      return {24, 18};
  }
  return {kWhole, kWhole};
}

constexpr unsigned kFirstDense = 0x2E80;  ///< from here on Chinese, Japanese, Korean

struct Character {
  Script script;
  std::size_t bytes;
};

bool between(char c, char low, char high) {
  return c >= low && c <= high;
}

Character character_at(std::string_view text) {
  const char c = text.front();
  const auto byte = static_cast<unsigned char>(c);
  if (between(c, 'a', 'z') || between(c, 'A', 'Z')) return {Script::kWord, 1};
  if (between(c, '0', '9')) return {Script::kDigit, 1};
  if (c == '\n' || c == '\r') return {Script::kLine, 1};
  if (c == ' ' || c == '\t') return {Script::kSpace, 1};
  if (byte < 0xC0) return {Script::kSign, 1};
  if (byte < 0xE0) return {Script::kAccented, 2};
  if (byte >= 0xF0) return {Script::kPicture, 4};
  const unsigned second = text.size() > 1 ? static_cast<unsigned char>(text[1]) & 0x3FU : 0;
  const unsigned point = ((byte & 0x0FU) << 12U) | (second << 6U);
  if (point >= kFirstDense) return {Script::kDense, 3};
  return {point >= 0x2000 ? Script::kSign : Script::kAccented, 3};  // dashes and arrows; other alphabets
}

/// What each byte comes to at most, in thirds of a token. A table, because whole conversations are counted.
constexpr std::array<std::uint8_t, 256> thirds_of_bytes() {
  std::array<std::uint8_t, 256> thirds{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ';
    const bool rare = byte == 0xE1 || byte >= 0xF0;
    thirds[byte] = letter ? 1 : byte < 0x80 ? 3 : rare ? 5 : 2;
  }
  return thirds;
}
constexpr auto kThirds = thirds_of_bytes();

/// `count` estimates a text.
template <class Count>
std::int64_t tokens_of(const Message& message, Count count) {
  return kTokensOfAMessage + count(message.content) +
         kTokensOfAPicture * static_cast<std::int64_t>(message.images.size());
}

template <class Count>
std::int64_t tokens_of(const ChatRequest& request, Count count) {
  std::int64_t tokens = request.response_schema_json ? count(*request.response_schema_json) : 0;
  for (const auto& message : request.messages) tokens += tokens_of(message, count);
  return tokens;
}

}  // namespace

std::int64_t most_tokens(std::string_view text) {
  std::int64_t thirds = 0;
  for (const char c : text) thirds += kThirds[static_cast<unsigned char>(c)];
  return (thirds + 2) / 3;
}

std::int64_t most_tokens(const Message& message) {
  return tokens_of(message, [](std::string_view text) { return most_tokens(text); });
}

std::int64_t most_tokens(const ChatRequest& request) {
  return tokens_of(request, [](std::string_view text) { return most_tokens(text); });
}

std::int64_t estimated_tokens(const ChatRequest& request) {
  return tokens_of(request, [](std::string_view text) { return estimated_tokens(text); });
}

std::int64_t estimated_tokens(std::string_view text) {
  std::int64_t twelfths = 0;
  bool first = true;
  Script before = Script::kSpace;
  while (!text.empty()) {
    const auto character = character_at(text);
    const auto weight = weight_of(character.script);
    twelfths += first || character.script != before ? weight.first : weight.further;
    first = false;
    before = character.script;
    text.remove_prefix(character.bytes < text.size() ? character.bytes : text.size());
  }
  return (twelfths + kWhole - 1) / kWhole;
}

}  // namespace rapt::gateway
