// SPDX-License-Identifier: AGPL-3.0-or-later
// The reply area as a hostile runner leaves it: whatever stands in it, the host reads within it and believes only what
// holds.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "rapt/sandbox/check.hpp"
#include "rapt/sandbox/reply_reader.hpp"

namespace {

constexpr std::size_t kArea = 64u << 10;

void must(bool holds) {
  if (!holds) std::abort();
}

void read_head(const void* area) {
  rapt::sandbox::ReplyReader reader(area);
  must(rapt::sandbox::is_plain_text(reader.refusal()));
  std::uint64_t dropped = 0;
  must(reader.take_log(dropped).size() <= rapt::sandbox::wire::kLogSlots);
  (void)reader.last_words();
}

void read_slot(const void* slot) {
  const rapt::sandbox::Window window{.text = "caf\xC3\xA9 of a window", .last = false};
  for (int hook = RAPT_HOOK_CHAT_ON_MESSAGE; hook <= RAPT_HOOK_CHAT_ON_DELTA; ++hook) {
    const auto reply =
        rapt::sandbox::read_reply(slot, kArea, static_cast<rapt::sandbox::wire::CallNumber>(hook), window);
    if (!reply) continue;
    must(reply->held_bytes <= window.text.size() && (hook == RAPT_HOOK_CHAT_ON_DELTA || reply->held_bytes == 0));
    must(rapt::sandbox::is_plain_text(window.text.substr(window.text.size() - reply->held_bytes)));
    must(rapt::sandbox::is_plain_text(reply->text) && reply->used <= kArea);
    for (const auto& [type, json] : reply->extractions) {
      must(rapt::sandbox::is_extraction_type(type) &&
           rapt::sandbox::is_plain_json(json, rapt::sandbox::wire::kMaxJsonDepth));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_assert(sizeof(rapt::sandbox::wire::ReplyHeader) <= kArea);
  // Exactly as large as it claims, so that a read beyond it is seen. The same bytes are once what a runner says of
  // itself, and once a slot with a reply: its body, and texts behind that.
  std::vector<std::uint64_t> area(kArea / sizeof(std::uint64_t));
  if (size != 0) std::memcpy(area.data(), data, std::min(size, kArea));
  read_slot(area.data());
  area.resize((sizeof(rapt::sandbox::wire::ReplyHeader) + 7) / sizeof(std::uint64_t));
  area.shrink_to_fit();
  read_head(area.data());
  return 0;
}
