// SPDX-License-Identifier: AGPL-3.0-or-later
// What a gateway sends: the event stream, cut anywhere, and the JSON in it. The events must not depend on the cuts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "../../core/gateway/src/openai_protocol.hpp"
#include "../../core/gateway/src/sse_parser.hpp"

namespace {

std::size_t events_of(std::string_view bytes, std::size_t piece) {
  rapt::gateway::SseParser parser;
  std::size_t count = 0;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const auto events = parser.feed(bytes.substr(at, piece));
    if (!events) return static_cast<std::size_t>(-1);
    for (const auto& event : *events) (void)rapt::gateway::parse_piece(event.data);
    count += events->size();
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size > 64 * 1024) return 0;
  if (events_of(bytes, 1) != events_of(bytes, 7)) std::abort();
  (void)rapt::gateway::parse_error_body(500, bytes);
  return 0;
}
