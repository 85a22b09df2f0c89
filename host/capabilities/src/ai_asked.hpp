// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/host/services.hpp"
#include "rapt/schema/json_schema.hpp"

namespace rapt::host {

/// What a module wants to have written.
struct ChatAsked {
  std::vector<gateway::Message> messages{};
  std::string model{};  ///< empty: the one that holds there
  std::optional<int> max_tokens{};
  std::optional<double> temperature{};
  std::optional<schema::JsonSchema> schema{};  ///< of the answer
  std::string schema_json{};
};
/// kInvalid with what is wrong; nothing is left out silently.
Result<ChatAsked> parse_chat(const ServiceRequest& request);

/// What a module wants to have embedded.
struct EmbedAsked {
  std::vector<std::string> texts{};
  std::string model{};
};
/// `default_model`: where none is named; "" where there is no default, and one has to be.
Result<EmbedAsked> parse_embed(const ServiceRequest& request, const std::string& default_model);

/// {"vectors", "model", "input_tokens"}: six digits a number, so that 64 vectors of 1,536 numbers fit.
std::string embeddings_json(const gateway::Embeddings& embeddings);

}  // namespace rapt::host
