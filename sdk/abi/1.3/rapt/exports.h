/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.exports/1 (since ABI 1.3): files that a user downloads, made piece by piece. Needs the permission "exports", and each export in
 * the manifest's "exports":
 *
 *   {"id": "entries-csv", "title": "Reading log as CSV", "place": "class", "access": "teacher", "content_type": "text/csv",
 *    "file_name": "reading-log.csv", "timeout_ms": 5000}
 *
 *   id, title, place, access  as in rapt/panels.h; RAPT_EXPORTS_MAX exports a module
 *   content_type   text/csv, text/plain, text/markdown, application/json, application/pdf, application/zip or that of a spreadsheet;
 *                  always sent as an attachment
 *   file_name      at most 100 letters, digits, "-", "_" and ".", no "." first
 *   timeout_ms     of a piece, 1 to RAPT_EXPORTS_MAX_TIMEOUT_MS, default 5000
 *
 *   next  {"export": "entries-csv", "place": "class", "place_id": "", "piece": 0, "memo": "", "caller": {…}, "settings": {},
 *          "locale": "en", "now_ms": 0}
 *      -> {"text": "..."} or {"base64": "..."}, with "memo": "" for the next piece or "done": true
 *         piece    from 0, at most RAPT_EXPORTS_MAX_PIECES of a file; memo: of the piece before, "" at the first
 *         text     UTF-8; base64: any bytes, RFC 4648 with padding. What is given is JSON: RAPT_MAX_REPLY_BYTES bound it, so a piece in
 *                  base64 holds some 700 KiB
 *         memo     at most RAPT_EXPORTS_MAX_MEMO_BYTES; needed unless "done" is true
 *         The host sends a piece on before it asks for the next. `next` may be asked of another process each time: what it needs
 *         stands in `memo`. A reader who leaves ends it; a failure ends the file in the middle, so that nobody takes it for whole.
 */
#ifndef RAPT_EXPORTS_H
#define RAPT_EXPORTS_H

#include <rapt/extension.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_EXT_EXPORTS_1 "rapt.exports/1"

#define RAPT_EXPORTS_MAX 16u
#define RAPT_EXPORTS_MAX_TIMEOUT_MS 10000
#define RAPT_EXPORTS_MAX_PIECES 10000u
#define RAPT_EXPORTS_MAX_MEMO_BYTES 8192u

/** As in rapt/extension.h. */
typedef struct rapt_exports_1 {
  /** The next piece. */
  rapt_status (*next)(void* state, rapt_text input, rapt_reply* reply);
} rapt_exports_1;

#ifdef __cplusplus
}
#endif
#endif
