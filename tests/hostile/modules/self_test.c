/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A test of itself that does what the build says: never comes back, crashes, or tries what is forbidden. */
#include <rapt/draft/self_test.h>
#include <sys/socket.h>
#define OWN_EXTENSIONS
#include "hostile.h"
static rapt_status run(void* state) {
  SELF_TEST;
  return RAPT_OK;
}
static const rapt_self_test_draft_1 self_test = {run};
static const void* get_extension(const char* id) {
  if (strcmp(id, RAPT_EXT_SELF_TEST_DRAFT_1) == 0) return &self_test;
  return strcmp(id, RAPT_EXT_HOOKS_1) == 0 ? &hooks : NULL;
}
ACT { return RAPT_CONTINUE; }
