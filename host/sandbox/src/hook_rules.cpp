// SPDX-License-Identifier: AGPL-3.0-or-later
#include <rapt/stream.h>

#include "rapt/sandbox/reply_reader.hpp"

namespace rapt::sandbox {

bool may_emit(wire::CallNumber hook) {
  return !wire::is_extension_call(hook);
}

bool may_replace(wire::CallNumber hook) {
  if (wire::is_extension_call(hook)) return true;
  switch (hook) {
    case RAPT_HOOK_CHAT_ON_MESSAGE:
    case RAPT_HOOK_CHAT_BEFORE_AI:
    case RAPT_HOOK_CHAT_AFTER_AI:
    case RAPT_HOOK_PRODUCT_BEFORE_AI:
    case RAPT_HOOK_PRODUCT_AFTER_AI:
    case RAPT_HOOK_CHAT_ON_DELTA:
      return true;
    default:
      return false;
  }
}

bool may_block(wire::CallNumber hook) {
  return may_replace(hook) && !wire::is_extension_call(hook);
}

bool may_instruct(wire::CallNumber hook) {
  return hook == RAPT_HOOK_CHAT_BEFORE_AI || hook == RAPT_HOOK_PRODUCT_BEFORE_AI;
}

rapt_status may_hold(wire::CallNumber hook, const Window& window, std::size_t bytes) {
  if (hook != RAPT_HOOK_CHAT_ON_DELTA || (window.last && bytes != 0)) return RAPT_E_NOT_ALLOWED;
  if (bytes > window.text.size() || bytes > RAPT_STREAM_MAX_HELD) return RAPT_E_TOO_LARGE;
  const std::size_t cut = window.text.size() - bytes;
  const bool within = cut < window.text.size() && (static_cast<unsigned char>(window.text[cut]) & 0xC0) == 0x80;
  return within ? RAPT_E_INVALID : RAPT_OK;
}

bool replaces_json(wire::CallNumber hook) {
  return hook == RAPT_HOOK_PRODUCT_BEFORE_AI || hook == RAPT_HOOK_PRODUCT_AFTER_AI || wire::is_extension_call(hook);
}

}  // namespace rapt::sandbox
