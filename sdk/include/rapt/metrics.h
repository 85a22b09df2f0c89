/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.metrics/1 (since ABI 1.3): figures for the admin's monitoring, under the module's name. Needs the permission "metrics".
 * Never waits: figures travel with the call's answer. state: while the host is calling the module.
 * name: lower-case letters, digits and "_", a letter first, at most 64 bytes; 32 names a module, what is beyond is dropped and said
 * in its log. Never put into a name what somebody wrote, or who it was.
 */
#ifndef RAPT_METRICS_H
#define RAPT_METRICS_H

#include <rapt/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_METRICS_1 "rapt.metrics/1"

typedef struct rapt_metrics_1 {
  /** Adds to a counter; `delta` is not negative. failure: RAPT_E_INVALID, RAPT_E_NOT_ALLOWED, RAPT_E_TOO_LARGE (16 figures a call) */
  rapt_status (*count)(const rapt_host* host, rapt_text name, int64_t delta);
  /** One observation of a value in its own unit, for a histogram. failure: as `count` */
  rapt_status (*observe)(const rapt_host* host, rapt_text name, double value);
} rapt_metrics_1;

#ifdef __cplusplus
}
#endif
#endif
