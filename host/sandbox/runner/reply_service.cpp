// SPDX-License-Identifier: AGPL-3.0-or-later
#include <cstring>
#include <string_view>

#include "module.hpp"
#include "rapt/sandbox/check.hpp"
#include "rapt/sandbox/reply_reader.hpp"
#include "services.hpp"

namespace rapt::runner {
namespace {

namespace wire = sandbox::wire;

/// Puts a text where an earlier one may stand: a module that replaces in a loop does not use up the area.
rapt_status set(rapt_reply& reply, rapt_text text, wire::Span& span) {
  const std::size_t used = reply.used;
  const bool last = span.offset != 0 && span.offset + span.size == used;
  if (last) reply.used = span.offset;
  const rapt_status status = copy_into(reply, text, span);
  if (status != RAPT_OK) reply.used = used;
  return status;
}

rapt_status emit(rapt_reply* reply, rapt_text type, rapt_text json) {
  if (!sandbox::may_emit(reply->hook)) return RAPT_E_NOT_ALLOWED;
  if (reply->body.extraction_count == wire::kMaxExtractions || json.size > wire::kMaxExtractionBytes) {
    say_refused("one finding more than 32, or one of more than 64 KiB.");
    return RAPT_E_TOO_LARGE;
  }
  if (!sandbox::is_extraction_type(view(type)) || !sandbox::is_plain_json(view(json), wire::kMaxJsonDepth)) {
    say_refused("a finding whose type is no type, or whose data are not JSON.");
    return RAPT_E_INVALID;
  }
  wire::ExtractionEntry entry{};
  if (const rapt_status status = copy_into(*reply, type, entry.type); status != RAPT_OK) return status;
  if (const rapt_status status = copy_into(*reply, json, entry.data); status != RAPT_OK) return status;
  reply->body.extractions[reply->body.extraction_count++] = entry;
  return RAPT_OK;
}

rapt_status replace(rapt_reply* reply, rapt_text content) {
  if (!sandbox::may_replace(reply->hook)) return RAPT_E_NOT_ALLOWED;
  if (content.size > wire::kMaxReplacementBytes) return RAPT_E_TOO_LARGE;
  if (content.data == nullptr || !sandbox::is_plain_text(view(content))) return RAPT_E_INVALID;
  if (sandbox::replaces_json(reply->hook) && !sandbox::is_plain_json(view(content), wire::kMaxJsonDepth))
    return RAPT_E_INVALID;
  return set(*reply, content, reply->body.text);
}

rapt_status block(rapt_reply* reply, rapt_text reason) {
  if (!sandbox::may_block(reply->hook)) return RAPT_E_NOT_ALLOWED;
  if (reason.size > wire::kMaxReasonBytes) return RAPT_E_TOO_LARGE;
  if (view(reason).empty() || !sandbox::is_plain_text(view(reason))) return RAPT_E_INVALID;
  return set(*reply, reason, reply->reason);
}

rapt_status instruct(rapt_reply* reply, rapt_text instruction) {
  if (!sandbox::may_instruct(reply->hook)) return RAPT_E_NOT_ALLOWED;
  if (instruction.size > wire::kMaxInstructionBytes || reply->body.instruction_count == wire::kMaxInstructions)
    return RAPT_E_TOO_LARGE;
  if (view(instruction).empty() || !sandbox::is_plain_text(view(instruction))) return RAPT_E_INVALID;
  const rapt_status status = copy_into(*reply, instruction, reply->body.instructions[reply->body.instruction_count]);
  if (status == RAPT_OK) ++reply->body.instruction_count;
  return status;
}

}  // namespace

rapt_status copy_into(rapt_reply& reply, rapt_text text, wire::Span& span) {
  if (text.size > wire::kReplySlot - reply.used) return RAPT_E_TOO_LARGE;
  if (text.size != 0) std::memcpy(reply.area + reply.used, text.data, text.size);
  span = {static_cast<std::uint32_t>(reply.used), static_cast<std::uint32_t>(text.size)};
  reply.used += text.size;
  return RAPT_OK;
}

const rapt_reply_1 reply_service = {emit, replace, block, instruct};

}  // namespace rapt::runner
