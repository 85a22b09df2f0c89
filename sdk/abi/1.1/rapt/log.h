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
  /** Never blocks. A line beyond the rate limit is dropped and counted. state: from `init` until `shutdown` returns. */
  void (*write)(const rapt_host* host, rapt_log_level level, rapt_text line);
} rapt_log_1;

#ifdef __cplusplus
}
#endif
#endif
