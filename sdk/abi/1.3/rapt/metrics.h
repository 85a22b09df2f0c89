/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.metrics/1 (since ABI 1.3): figures for the admin's monitoring, under the module's name. Needs the permission "metrics".
 * Never waits: figures travel with the call's answer, also where it failed; those of a process that was ended are lost.
 *
 *   thread   the module's one thread
 *   state    while the host is calling the module, as in rapt/service.h
 *   name     lower-case letters, digits and "_", a letter first, at most RAPT_METRICS_MAX_NAME_BYTES; it is copied. It says the unit, as
 *            Prometheus has it: "lookup_seconds", "answer_bytes". RAPT_METRICS_MAX_NAMES a module on each host; what is beyond is
 *            dropped and said in its log. One name is one kind. Never put into a name what somebody wrote, or who it was
 *   failure  RAPT_E_INVALID (the name, a negative `delta`, a `value` that is not finite), RAPT_E_NOT_ALLOWED (another state),
 *            RAPT_E_TOO_LARGE (more than RAPT_METRICS_MAX_FIGURES in one call); the figure is left out then, and the module goes on
 */
#ifndef RAPT_METRICS_H
#define RAPT_METRICS_H

#include <rapt/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_METRICS_1 "rapt.metrics/1"

#define RAPT_METRICS_MAX_NAME_BYTES 64u
#define RAPT_METRICS_MAX_NAMES 32u
#define RAPT_METRICS_MAX_FIGURES 16u

typedef struct rapt_metrics_1 {
  /** Adds to a counter; `delta` is not negative. */
  rapt_status (*count)(const rapt_host* host, rapt_text name, int64_t delta);
  /** One observation of a value in its own unit, for a histogram; finite, of either sign. */
  rapt_status (*observe)(const rapt_host* host, rapt_text name, double value);
} rapt_metrics_1;

#ifdef __cplusplus
}
#endif
#endif
