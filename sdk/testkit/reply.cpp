// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"

namespace rapt::testkit {
namespace {

constexpr std::size_t kMaxFindings = 32, kMaxInstructions = 16, kMaxFindingBytes = 64 << 10, kMaxTypeBytes = 64,
                      kMaxReasonBytes = 1 << 10, kMaxInstructionBytes = 4 << 10, kMaxReplacementBytes = 1 << 20;

std::string_view seen(rapt_text text) {
  return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size};
}

bool is_product(rapt_hook hook) {
  return hook == RAPT_HOOK_PRODUCT_BEFORE_AI || hook == RAPT_HOOK_PRODUCT_AFTER_AI;
}
bool may_change(rapt_hook hook) {
  return hook <= RAPT_HOOK_CHAT_AFTER_AI || hook == RAPT_HOOK_CHAT_ON_DELTA || is_product(hook);
}
bool may_instruct(rapt_hook hook) {
  return hook == RAPT_HOOK_CHAT_BEFORE_AI || hook == RAPT_HOOK_PRODUCT_BEFORE_AI;
}

bool is_type(std::string_view type) {
  bool joined = true;  // a joint stands between two words
  for (const char c : type) {
    const bool joint = c == '-' || c == '.';
    if (joint ? joined : !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
    joined = joint;
  }
  return !joined;
}

rapt_status reply_emit(rapt_reply* reply, rapt_text type, rapt_text json) {
  if (reply->hook == kJsonCall) return RAPT_E_NOT_ALLOWED;
  if (json.size > kMaxFindingBytes || reply->answer.findings.size() == kMaxFindings) return RAPT_E_TOO_LARGE;
  if (type.size > kMaxTypeBytes || !is_type(seen(type)) || !is_json(seen(json))) return RAPT_E_INVALID;
  reply->answer.findings.push_back({std::string(seen(type)), std::string(seen(json))});
  return RAPT_OK;
}

rapt_status reply_replace(rapt_reply* reply, rapt_text content) {
  const bool provider = reply->hook == kJsonCall;
  if (!may_change(reply->hook) && !provider) return RAPT_E_NOT_ALLOWED;
  if (content.size > kMaxReplacementBytes) return RAPT_E_TOO_LARGE;
  if (content.data == nullptr || !is_utf8(seen(content)) || ((is_product(reply->hook) || provider) && !is_json(seen(content))))
    return RAPT_E_INVALID;
  reply->answer.replacement = seen(content);
  return RAPT_OK;
}

rapt_status reply_block(rapt_reply* reply, rapt_text reason) {
  if (!may_change(reply->hook)) return RAPT_E_NOT_ALLOWED;
  if (reason.size > kMaxReasonBytes) return RAPT_E_TOO_LARGE;
  if (reason.size == 0 || !is_utf8(seen(reason))) return RAPT_E_INVALID;
  reply->answer.block_reason = seen(reason);
  return RAPT_OK;
}

rapt_status reply_instruct(rapt_reply* reply, rapt_text instruction) {
  if (!may_instruct(reply->hook)) return RAPT_E_NOT_ALLOWED;
  if (instruction.size > kMaxInstructionBytes || reply->answer.instructions.size() == kMaxInstructions)
    return RAPT_E_TOO_LARGE;
  if (instruction.size == 0 || !is_utf8(seen(instruction))) return RAPT_E_INVALID;
  reply->answer.instructions.emplace_back(seen(instruction));
  return RAPT_OK;
}

rapt_status stream_hold(rapt_reply* reply, std::size_t bytes) {
  if (reply->hook != RAPT_HOOK_CHAT_ON_DELTA || (reply->scene->last_window && bytes != 0)) return RAPT_E_NOT_ALLOWED;
  const std::string_view window = reply->scene->current ? std::string_view(reply->scene->current->content) : "";
  if (bytes > window.size() || bytes > RAPT_STREAM_MAX_HELD) return RAPT_E_TOO_LARGE;
  const auto cut = window.size() - bytes;
  if (cut < window.size() && (static_cast<unsigned char>(window[cut]) & 0xC0U) == 0x80U) return RAPT_E_INVALID;
  reply->answer.held = bytes;
  return RAPT_OK;
}

}  // namespace

const rapt_stream_1& stream_service() {
  static constexpr rapt_stream_1 service{stream_hold};
  return service;
}

const rapt_reply_1& reply_service() {
  static constexpr rapt_reply_1 service{reply_emit, reply_replace, reply_block, reply_instruct};
  return service;
}

}  // namespace rapt::testkit
