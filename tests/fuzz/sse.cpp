// SPDX-License-Identifier: AGPL-3.0-or-later
// What a gateway sends: the event stream, cut anywhere, and the JSON in it. The events must not depend on the cuts, and
// what is logged of a failure must not repeat what was asked.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "../../core/gateway/src/embedding_protocol.hpp"
#include "../../core/gateway/src/generation_protocol.hpp"
#include "../../core/gateway/src/openai_protocol.hpp"
#include "../../core/gateway/src/sse_parser.hpp"

namespace {

const std::string kKey = "sk-fuzz-0123456789";
const std::vector<rapt::gateway::Message> kAsked = {{"user", "a question"}};
const rapt::gateway::Discretion kDiscretion(kKey, kAsked);

/// What may be logged has neither.
void check(const rapt::gateway::ReportedError& reported) {
  const auto failure = rapt::gateway::to_failure(reported, std::nullopt);
  for (const auto& text : {failure.error.message, failure.error.log_detail}) {
    if (text.find(kKey) != std::string::npos || text.find(kAsked[0].content) != std::string::npos) std::abort();
  }
}

std::size_t events_of(std::string_view bytes, std::size_t piece) {
  rapt::gateway::SseParser parser;
  std::size_t count = 0;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const auto events = parser.feed(bytes.substr(at, piece));
    if (!events) return static_cast<std::size_t>(-1);
    for (const auto& event : *events) {
      const auto parsed = rapt::gateway::parse_piece(event.data, kDiscretion);
      if (parsed && parsed->error) check(*parsed->error);
    }
    count += events->size();
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size > 64 * 1024) return 0;
  if (events_of(bytes, 1) != events_of(bytes, 7)) std::abort();
  check(rapt::gateway::parse_error_body(500, bytes, kDiscretion));
  (void)rapt::gateway::parse_embeddings(bytes, 2);
  (void)rapt::gateway::parse_generation(bytes);
  return 0;
}
