/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.self-test/draft-1: a module that can tell whether it works. A draft: it may change or go with any release of the host,
 * and a host that does not know this very number says so by never asking.
 */
#ifndef RAPT_DRAFT_SELF_TEST_H
#define RAPT_DRAFT_SELF_TEST_H

#include <rapt/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_EXT_SELF_TEST_DRAFT_1 "rapt.self-test/draft-1"

typedef struct rapt_self_test_draft_1 {
  /**
   * Called once after `init`, in the sandbox as it is during hooks, before the first hook. When an upgrade is being tried,
   * the old version goes on working until this has returned RAPT_OK.
   * state: what `init` set, the module's own. The log may be used; context, reply and stream need a hook.
   * deadline: 5 s, together with init. failure: anything but RAPT_OK, with the reason in the log; the process is ended, and an
   * upgrade is not made.
   */
  rapt_status (*run)(void* state);
} rapt_self_test_draft_1;

#ifdef __cplusplus
}
#endif
#endif
