/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.exports/1 (since ABI 1.3): files that a user downloads, made piece by piece. Needs the permission "exports", and each export in
 * the manifest's "exports":
 *
 *   {"id": "entries-csv", "title": "Reading log as CSV", "place": "class", "access": "teacher", "content_type": "text/csv",
 *    "file_name": "reading-log.csv", "timeout_ms": 5000}
 *
 *   place, access  as in rapt/panels.h
 *   content_type   text/csv, text/plain, text/markdown, application/json, application/pdf, application/zip or that of a spreadsheet;
 *                  always sent as an attachment
 *
 *   next  {"export": "entries-csv", "place": "class", "place_id": "", "piece": 0, "memo": "", "caller": {…}, "settings": {},
 *          "locale": "en", "now_ms": 0}
 *      -> {"text": "..."} or {"base64": "..."}, with "memo": "" for the next piece or "done": true
 *         a piece holds at most 1 MiB, memo 8 KiB; a file at most 10,000 pieces. The host sends a piece on before it asks for the
 *         next. `next` may be asked of another process each time: what it needs stands in `memo`.
 */
#ifndef RAPT_EXPORTS_H
#define RAPT_EXPORTS_H

#include <rapt/abi.h>
#include <rapt/reply.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_EXT_EXPORTS_1 "rapt.exports/1"

/** state, input, reply, failure: as in rapt/routes.h. */
typedef struct rapt_exports_1 {
  rapt_status (*next)(void* state, rapt_text input, rapt_reply* reply);
} rapt_exports_1;

#ifdef __cplusplus
}
#endif
#endif
