// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/gateway/gateway.hpp"

namespace rapt::gateway {

Task<Result<Embeddings>> Gateway::embed(EmbeddingRequest /*request*/) {
  co_return Error{
      .kind = ErrorKind::kUpstream, .code = "AI_MODEL_NOT_AVAILABLE", .message = "This gateway makes no embeddings."};
}

Task<Result<std::optional<Spent>>> Gateway::find_spent(std::string /*generation_or_call_id*/) {
  co_return std::optional<Spent>{};
}

}  // namespace rapt::gateway
