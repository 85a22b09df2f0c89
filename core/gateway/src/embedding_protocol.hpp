// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rapt/gateway/gateway.hpp"

namespace rapt::gateway {

/// The JSON that asks for vectors. kInvalid without inputs, with more than 256, or when one is empty.
Result<std::string> embedding_body(const EmbeddingRequest& request);

/// One vector for each of `inputs`, finite and all of one length, in the order of the inputs. `spent` has the model and
/// the tokens as reported, or is marked as estimated and counts none. AI_INVALID_RESPONSE for anything else.
Result<Embeddings> parse_embeddings(std::string_view json, std::size_t inputs);

}  // namespace rapt::gateway
