/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.log/1: lines for the admin. Attributed to the module, rate-limited, cut at 1 KiB, control characters escaped.
 */
#ifndef RAPT_LOG_H
#define RAPT_LOG_H

#include <rapt/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_LOG_1 "rapt.log/1"

typedef enum rapt_log_level {
  RAPT_LOG_DEBUG = 1,
  RAPT_LOG_INFO = 2,
  RAPT_LOG_WARN = 3,
  RAPT_LOG_ERROR = 4
} rapt_log_level;

typedef struct rapt_log_1 {
  /**
   * Writes a line; it is copied. Never blocks. state: from `init` until `shutdown` returns, also between hooks' calls.
   * host      what `init` was handed
   * line      what is beyond 1 KiB is cut, what is not printable UTF-8 is cleaned. Never log what a student wrote
   * failure   none: a line beyond the rate limit is dropped and counted, an absent one is ignored
   */
  void (*write)(const rapt_host* host, rapt_log_level level, rapt_text line);
} rapt_log_1;

#ifdef __cplusplus
}
#endif
#endif
