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

void read_all(const void* area) {
  rapt::sandbox::ReplyReader reader(area, kArea);
  must(rapt::sandbox::is_plain_text(reader.refusal()));
  std::uint64_t dropped = 0;
  must(reader.take_log(dropped).size() <= rapt::sandbox::wire::kLogSlots);
  (void)reader.last_words();
  const rapt::sandbox::Window window{.text = "caf\xC3\xA9 of a window", .last = false};
  for (int hook = RAPT_HOOK_CHAT_ON_MESSAGE; hook <= RAPT_HOOK_CHAT_ON_DELTA; ++hook) {
    const auto reply = reader.read(static_cast<rapt_hook>(hook), window);
    if (!reply) continue;
    must(reply->held_bytes <= window.text.size() && (hook == RAPT_HOOK_CHAT_ON_DELTA || reply->held_bytes == 0));
    must(rapt::sandbox::is_plain_text(window.text.substr(window.text.size() - reply->held_bytes)));
    must(rapt::sandbox::is_plain_text(reply->text));
    for (const auto& [type, json] : reply->extractions) {
      must(rapt::sandbox::is_extraction_type(type) &&
           rapt::sandbox::is_plain_json(json, rapt::sandbox::wire::kMaxJsonDepth));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_assert(sizeof(rapt::sandbox::wire::ReplyHeader) < kArea);
  // Exactly as large as it claims, so that a read beyond it is seen. The input's first part is the head of the reply,
  // the rest are texts: the log between them would only dilute what the fuzzer learns.
  std::vector<std::uint64_t> area(kArea / sizeof(std::uint64_t));
  auto* bytes = reinterpret_cast<unsigned char*>(area.data());
  const std::size_t head = std::min(size, offsetof(rapt::sandbox::wire::ReplyHeader, log) + 64);
  if (head != 0) std::memcpy(bytes, data, head);
  const std::size_t texts = std::min(size - head, kArea - sizeof(rapt::sandbox::wire::ReplyHeader));
  if (texts != 0) std::memcpy(bytes + sizeof(rapt::sandbox::wire::ReplyHeader), data + head, texts);
  read_all(bytes);
  return 0;
}
