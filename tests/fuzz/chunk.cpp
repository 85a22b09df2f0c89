// SPDX-License-Identifier: AGPL-3.0-or-later
// A chunk of a model's words: what the reader without a tree accepts, the general one has to read alike.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../../core/gateway/src/plain_chunk.hpp"

namespace {

const std::string kNoKey;
const rapt::gateway::Discretion kNothingAsked(kNoKey);

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  rapt::gateway::Piece plain;
  if (!rapt::gateway::read_plain_chunk(text, plain)) return 0;
  // The tab changes nothing but which reader it is for.
  const auto general = rapt::gateway::parse_piece(text.substr(0, 1) + "\t" + text.substr(1), kNothingAsked);
  require(general.has_value());
  require(plain.content == general->content && plain.model == general->model && plain.id == general->id);
  require(general->finish_reason.empty() && !general->error && !general->usage.input_tokens &&
          !general->usage.output_tokens);
  return 0;
}
