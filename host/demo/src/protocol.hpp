// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "book.hpp"
#include "rapt/base/result.hpp"
#include "rapt/gateway/gateway.hpp"

namespace rapt::demo {

inline constexpr std::string_view kDemoModel = "rapt-demo";

/// A token is four bytes.
std::size_t tokens_of(std::string_view text);

/// A request to the demonstration model.
struct DemoRequest {
  std::string model;
  bool stream = false;
  bool include_usage = false;
  std::vector<gateway::Message> messages;
  bool structured = false;  ///< JSON was asked for
  std::string schema_json;  ///< "" when no schema came with it
};

/// What the model answers.
struct DemoAnswer {
  std::string id;
  std::string model;
  std::string content;
  std::size_t prompt_tokens = 0;
  std::size_t completion_tokens = 0;
};

/// kInvalid with a sentence for whoever tries the server out by hand.
Result<DemoRequest> parse_demo_request(std::string_view body);
DemoAnswer demo_answer(const DemoRequest& request);

std::string whole_json(const DemoAnswer& answer, bool with_usage);
/// How usage stands beside the words of a piece.
enum class Beside { kNothing, kNull, kUsage };
std::string chunk_json(const DemoAnswer& answer, std::string_view words, Beside beside);
std::string last_chunk_json(const DemoAnswer& answer);
std::string usage_chunk_json(const DemoAnswer& answer);
/// GET /v1/generation, as OpenRouter has it.
std::string generation_json(const BookEntry& entry);
/// Vectors of sixteen numbers that follow from the texts alone. kInvalid with a sentence.
struct DemoEmbeddings {
  std::string json;
  std::size_t tokens = 0;
};
Result<DemoEmbeddings> demo_embeddings(std::string_view body);
std::string models_json();
std::string error_json(std::string_view message, std::string_view code);
/// With a number for a code, or that number as text.
std::string error_json(std::string_view message, int code, bool as_text);
/// A few characters each: a word with the blank after it.
std::vector<std::string_view> words_of(std::string_view text);

}  // namespace rapt::demo
