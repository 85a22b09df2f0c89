// SPDX-License-Identifier: AGPL-3.0-or-later
#include "embedding_protocol.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "failure.hpp"
#include "json_access.hpp"

namespace rapt::gateway {

namespace {

using nlohmann::json;

constexpr std::size_t kMostInputs = 256;
constexpr std::size_t kMostDimensions = 16384;

/// Empty when it is no vector.
std::vector<float> vector_of(const json* numbers) {
  std::vector<float> vector;
  if (numbers == nullptr || !numbers->is_array() || numbers->size() > kMostDimensions) return vector;
  vector.reserve(numbers->size());
  for (const auto& number : *numbers) {
    const auto value = number.is_number() ? number.get<float>() : NAN;
    if (!std::isfinite(value)) return {};
    vector.push_back(value);
  }
  return vector;
}

/// Where the item belongs; `inputs` when it does not say, or says nonsense.
std::size_t index_of(const json& item, std::size_t position, std::size_t inputs) {
  const auto* index = member(item, "index");
  if (index == nullptr) return position;
  if (!index->is_number_unsigned()) return inputs;
  return static_cast<std::size_t>(std::min<std::uint64_t>(index->get<std::uint64_t>(), inputs));
}

Spent spent_of(const json& answer) {
  Spent spent{.model = name_of(member(answer, "model")), .generation_id = name_of(member(answer, "id"))};
  const auto* usage = member(answer, "usage");
  const auto tokens = usage == nullptr ? std::nullopt : count_of(member(*usage, "prompt_tokens"));
  spent.input_tokens = tokens.value_or(0);
  spent.estimated = !tokens;
  return spent;
}

}  // namespace

Result<std::string> embedding_body(const EmbeddingRequest& request) {
  if (request.inputs.empty() || request.inputs.size() > kMostInputs)
    return Error::invalid("inputs", "must be 1 to " + std::to_string(kMostInputs) + " texts");
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    if (request.inputs[i].empty()) return Error::invalid("inputs[" + std::to_string(i) + "]", "must not be empty");
  }
  const json body = {{"model", request.model}, {"input", request.inputs}, {"encoding_format", "float"}};
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Embeddings> parse_embeddings(std::string_view text, std::size_t inputs) {
  const auto answer = json::parse(text, nullptr, false);
  const auto* data = member(answer, "data");
  if (data == nullptr || !data->is_array() || data->size() != inputs)
    return invalid_response("the answer does not have one vector for each text");
  Embeddings embeddings{std::vector<std::vector<float>>(inputs), spent_of(answer)};
  for (std::size_t i = 0; i < inputs; ++i) {
    const auto& item = (*data)[i];
    const auto index = index_of(item, i, inputs);
    if (index >= inputs || !embeddings.vectors[index].empty())
      return invalid_response("a vector belongs to no text, or two to one");
    auto vector = vector_of(member(item, "embedding"));
    if (vector.empty()) return invalid_response("a vector is not a list of finite numbers");
    embeddings.vectors[index] = std::move(vector);
  }
  const auto length = embeddings.vectors.front().size();
  const auto same = [length](const auto& vector) { return vector.size() == length; };
  if (!std::all_of(embeddings.vectors.begin(), embeddings.vectors.end(), same))
    return invalid_response("the vectors are not of one length");
  return embeddings;
}

}  // namespace rapt::gateway
