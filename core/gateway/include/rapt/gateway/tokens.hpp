// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rapt::gateway {

struct Message;
struct ChatRequest;

inline constexpr std::int64_t kTokensOfAMessage = 4;  ///< its role, and the marks around it

/// About how many tokens a model makes of a text, for where nobody counted: by its words, digits, signs and scripts.
/// Bytes that are no UTF-8 count as signs.
std::int64_t estimated_tokens(std::string_view text);
/// The same of a text that comes in pieces, none of which ends within a character.
class EstimatedTokens {
 public:
  void add(std::string_view text);
  [[nodiscard]] std::int64_t count() const;

 private:
  std::int64_t twelfths_ = 0;           ///< of a token
  std::optional<std::uint8_t> last_{};  ///< the last character's script
};
/// Of a whole question: its messages with the marks around them, its pictures, and the form that the answer should
/// have.
std::int64_t estimated_tokens(const ChatRequest& request);

/// As many tokens as a model rarely exceeds, for what has to fit into a context or is reserved in a budget. A third for
/// each ASCII letter and space, one for each other ASCII byte, two thirds for each byte of other scripts; and one more
/// for a character that vocabularies seldom have whole (lead byte E1: Ethiopic, Khmer and others; F0 and up: pictures).
/// Measured against cl100k_base, o200k_base, Llama 2 and Llama 3: of prose in twenty languages, code, JSON and formulas
/// it is between 0.9 and 2.7 times what the greediest of them makes; of random letters, as in keys, only 0.55.
std::int64_t most_tokens(std::string_view text);
std::int64_t most_tokens(const Message& message);
std::int64_t most_tokens(const ChatRequest& request);

}  // namespace rapt::gateway
