/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "hostile.h"
static int deeper(int depth) {
  volatile char space[4096];
  space[depth % 4096] = (char)depth;
  return depth < 0 ? space[0] : deeper(depth + 1) + space[1];
}
static rapt_verdict act(rapt_hook hook, const rapt_context* context, rapt_reply* reply) {
  (void)hook, (void)context, (void)reply;
  return (rapt_verdict)(deeper(0) & 1);
}
