// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/reply_reader.hpp"

namespace rapt::sandbox {

bool may_replace(rapt_hook hook) {
  switch (hook) {
    case RAPT_HOOK_CHAT_ON_MESSAGE:
    case RAPT_HOOK_CHAT_BEFORE_AI:
    case RAPT_HOOK_CHAT_AFTER_AI:
    case RAPT_HOOK_PRODUCT_BEFORE_AI:
    case RAPT_HOOK_PRODUCT_AFTER_AI:
    case RAPT_HOOK_CHAT_ON_DELTA: return true;
    default: return false;
  }
}

bool may_block(rapt_hook hook) { return may_replace(hook); }

bool may_instruct(rapt_hook hook) { return hook == RAPT_HOOK_CHAT_BEFORE_AI || hook == RAPT_HOOK_PRODUCT_BEFORE_AI; }

bool replaces_json(rapt_hook hook) { return hook == RAPT_HOOK_PRODUCT_BEFORE_AI || hook == RAPT_HOOK_PRODUCT_AFTER_AI; }

}  // namespace rapt::sandbox
