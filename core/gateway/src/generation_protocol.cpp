// SPDX-License-Identifier: AGPL-3.0-or-later
#include "generation_protocol.hpp"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "failure.hpp"
#include "json_access.hpp"

namespace rapt::gateway {

namespace {

using nlohmann::json;

std::optional<std::int64_t> tokens(const json& data, const char* paid, const char* counted) {
  const auto native = count_of(member(data, paid));
  return native ? native : count_of(member(data, counted));
}

}  // namespace

Result<std::optional<Spent>> parse_generation(std::string_view text) {
  const auto answer = json::parse(text, nullptr, false);
  const auto* data = member(answer, "data");
  if (data == nullptr) return invalid_response("the books of the AI service have no data");
  const auto input = tokens(*data, "native_tokens_prompt", "tokens_prompt");
  const auto output = tokens(*data, "native_tokens_completion", "tokens_completion");
  if (!input || !output) return invalid_response("the books of the AI service have no counts of tokens");
  Spent spent{.model = name_of(member(*data, "model")), .input_tokens = *input, .output_tokens = *output};
  spent.latency = std::chrono::milliseconds(count_of(member(*data, "generation_time")).value_or(0));
  spent.generation_id = name_of(member(*data, "id"));
  return std::optional<Spent>(std::move(spent));
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out += c;
    } else {
      for (const char digit : {'%', kDigits[byte >> 4U], kDigits[byte & 15U]}) out += digit;
    }
  }
  return out;
}

}  // namespace rapt::gateway
