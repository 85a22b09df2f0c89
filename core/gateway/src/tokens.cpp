// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/gateway/tokens.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "rapt/gateway/gateway.hpp"

namespace rapt::gateway {

namespace {

constexpr std::int64_t kTokensOfAPicture = 800;

enum Script : std::uint8_t { kWord, kDigit, kSpace, kLine, kSign, kAccented, kDense, kPicture, kScripts };

/// What a run of one script comes to, in twelfths of a token: what its first character adds, and each further one.
struct Weight {
  std::uint8_t first;
  std::uint8_t further;
};
constexpr std::int64_t kWhole = 12;
constexpr std::array<Weight, kScripts> kWeights{{
    {11, 1},   // kWord
    {12, 4},   // kDigit
    {0, 3},    // kSpace
    {10, 2},   // kLine
    {11, 5},   // kSign
    {6, 4},    // kAccented
    {10, 9},   // kDense
    {24, 18},  // kPicture
}};

/// What a character adds, by the script of the one before it (kScripts where there is none) and its own. Tables,
/// because whole conversations are counted.
constexpr std::array<std::array<std::uint8_t, kScripts>, kScripts + 1> twelfths_of_scripts() {
  std::array<std::array<std::uint8_t, kScripts>, kScripts + 1> twelfths{};
  for (unsigned before = 0; before <= kScripts; ++before) {
    for (unsigned now = 0; now < kScripts; ++now)
      twelfths[before][now] = before == now ? kWeights[now].further : kWeights[now].first;
  }
  return twelfths;
}
constexpr auto kTwelfths = twelfths_of_scripts();

constexpr unsigned kFirstOfTwo = 0xC0;  ///< the least byte that others follow
constexpr unsigned kFirstOfThree = 0xE0;
constexpr unsigned kFirstOfFour = 0xF0;

constexpr std::array<Script, kFirstOfTwo> scripts_of_bytes() {
  std::array<Script, kFirstOfTwo> scripts{};
  for (unsigned byte = 0; byte < kFirstOfTwo; ++byte) {
    const auto c = static_cast<char>(byte);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    const bool line = c == '\n' || c == '\r';
    const bool space = c == ' ' || c == '\t';
    scripts[byte] = letter ? kWord : digit ? kDigit : line ? kLine : space ? kSpace : kSign;
  }
  return scripts;
}
constexpr auto kScriptOf = scripts_of_bytes();

constexpr unsigned kFirstDense = 0x2E80;  ///< from here on Chinese, Japanese, Korean

struct Character {
  Script script;
  std::size_t bytes;
};

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// Of more than one byte.
Character long_character(std::string_view text) {
  const unsigned byte = byte_at(text, 0);
  if (byte < kFirstOfThree) return {kAccented, 2};
  if (byte >= kFirstOfFour) return {kPicture, 4};
  const unsigned second = text.size() > 1 ? byte_at(text, 1) & 0x3FU : 0;
  const unsigned point = ((byte & 0x0FU) << 12U) | (second << 6U);
  if (point >= kFirstDense) return {kDense, 3};
  return {point >= 0x2000 ? kSign : kAccented, 3};  // dashes and arrows; other alphabets
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

using Bytes [[gnu::vector_size(16)]] = unsigned char;
/// So much is added up in bytes: more could come to more than 255.
constexpr std::size_t kTogether = sizeof(Bytes) * (255 / 5);

/// As the table has it, of all whole sixteens of a short text: a table is looked into one byte at a time.
std::int64_t thirds_of(std::string_view text) {
  Bytes sum{};
  for (; text.size() >= sizeof(Bytes); text.remove_prefix(sizeof(Bytes))) {
    Bytes bytes;
    std::memcpy(&bytes, text.data(), sizeof bytes);
    const Bytes letter = Bytes((bytes | 0x20) - 'a' < 26) | Bytes(bytes == ' ');
    const Bytes ascii = Bytes(bytes < 0x80);
    const Bytes rare = Bytes(bytes == 0xE1) | Bytes(bytes >= 0xF0);
    sum += (letter & 1) | (~letter & ((ascii & 3) | (~ascii & ((rare & 3) + 2))));
  }
  std::int64_t thirds = 0;
  for (std::size_t i = 0; i < sizeof(Bytes); ++i) thirds += sum[i];
  return thirds;
}

/// `count` estimates a text.
template <class Count>
std::int64_t tokens_of(const Message& message, Count count) {
  return kTokensOfAMessage + count(message.content) +
         kTokensOfAPicture * static_cast<std::int64_t>(message.images.size());
}

/// All but what was counted before.
template <class Count>
std::int64_t tokens_of(const ChatRequest& request, Count count) {
  std::int64_t tokens = request.response_schema_json ? count(*request.response_schema_json) : 0;
  for (const auto& message : request.messages) tokens += tokens_of(message, count);
  return tokens;
}

}  // namespace

std::int64_t most_tokens(std::string_view text) {
  std::int64_t thirds = 0;
  for (; text.size() >= sizeof(Bytes); text.remove_prefix(std::min(text.size() & ~(sizeof(Bytes) - 1), kTogether)))
    thirds += thirds_of(text.substr(0, kTogether));
  for (const char c : text) thirds += kThirds[static_cast<unsigned char>(c)];
  return (thirds + 2) / 3;
}

std::int64_t most_tokens(const Message& message) {
  return tokens_of(message, [](std::string_view text) { return most_tokens(text); });
}

std::int64_t most_tokens(const ChatRequest& request) {
  auto tokens = tokens_of(request, [](std::string_view text) { return most_tokens(text); });
  for (auto i = request.earlier.first; i < request.earlier.last; ++i) tokens += request.earlier.of->most_tokens(i);
  return tokens;
}

std::int64_t estimated_tokens(const ChatRequest& request) {
  auto tokens = tokens_of(request, [](std::string_view text) { return estimated_tokens(text); });
  for (auto i = request.earlier.first; i < request.earlier.last; ++i) tokens += request.earlier.of->estimated_tokens(i);
  return tokens;
}

std::int64_t estimated_tokens(std::string_view text) {
  EstimatedTokens tokens;
  tokens.add(text);
  return tokens.count();
}

void EstimatedTokens::add(std::string_view text) {
  auto twelfths = twelfths_;
  std::size_t before = last_.value_or(kScripts);
  const auto add = [&](Script script) {
    twelfths += kTwelfths[before][script];
    before = script;
  };
  std::size_t at = 0;
  while (at < text.size()) {
    for (; at < text.size() && byte_at(text, at) < kFirstOfTwo; ++at) add(kScriptOf[byte_at(text, at)]);
    if (at == text.size()) break;
    const auto character = long_character(text.substr(at));
    add(character.script);
    at += character.bytes;
  }
  twelfths_ = twelfths;
  if (before != kScripts) last_ = static_cast<std::uint8_t>(before);
}

std::int64_t EstimatedTokens::count() const {
  return (twelfths_ + kWhole - 1) / kWhole;
}

}  // namespace rapt::gateway
