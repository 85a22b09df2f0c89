/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.panels/1 (since ABI 1.3): data that the pages draw. No script and no markup of a module runs in a browser. Needs the
 * permission "panels", and each panel in the manifest's "panels":
 *
 *   {"id": "entries", "title": "Reading log", "place": "class", "access": "teacher", "timeout_ms": 1000}
 *
 *   id       2 to 63 lower-case letters, digits and hyphens, a letter first; RAPT_PANELS_MAX panels a module
 *   title    at most 100 bytes
 *   place    where the pages show it: "class", "assignment", "session" (transcript), "group", "home" (of each user), "system"
 *   access   as in rapt/extension.h but "public", and at least who may see that place
 *   timeout_ms  1 to RAPT_PANELS_MAX_TIMEOUT_MS, default 1000
 *
 *   data  {"panel": "entries", "place": "class", "place_id": "", "caller": {…}, "settings": {}, "locale": "en",
 *          "now_ms": 0}
 *      -> {"parts": [...], "empty"?: "sentence where there is nothing"}: 0 to RAPT_PANELS_MAX_PARTS, drawn in
 *         their order, each one of
 *         {"kind": "counters", "title"?: "", "items": [{"label": "", "value": number or text, "unit"?: "", "note"?: "",
 *          "tone"?: "neutral" "good" "warning" "bad"}]}                                  1 to RAPT_PANELS_MAX_ITEMS items
 *         {"kind": "table", "title"?: "", "columns": [{"label": "", "align"?: "left" "right"}], "rows": [[text, number, boolean or
 *          null]], "more"?: number of rows that are not shown}     1 to RAPT_PANELS_MAX_COLUMNS columns, 0 to RAPT_PANELS_MAX_ROWS rows
 *         {"kind": "chart", "title"?: "", "form": "line" "bar", "x": ["label"], "series": [{"label": "", "values": [number or
 *          null]}], "unit"?: ""}            1 to RAPT_PANELS_MAX_LABELS labels, 1 to RAPT_PANELS_MAX_SERIES series of that length
 *         {"kind": "text", "title"?: "", "text": "Markdown without HTML, images and foreign links"}
 *                                                                                   at most RAPT_PANELS_MAX_MARKDOWN_BYTES
 *         Other texts are shown as they are: one line of at most RAPT_PANELS_MAX_TEXT_BYTES without control characters, not empty but for
 *         cells, values and labels of a chart. RAPT_PANELS_MAX_BYTES in all. A member may be left out, but not be null.
 */
#ifndef RAPT_PANELS_H
#define RAPT_PANELS_H

#include <rapt/extension.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_EXT_PANELS_1 "rapt.panels/1"

#define RAPT_PANELS_MAX 16u
#define RAPT_PANELS_MAX_TIMEOUT_MS 10000
#define RAPT_PANELS_MAX_BYTES 262144u
#define RAPT_PANELS_MAX_PARTS 12u
#define RAPT_PANELS_MAX_ITEMS 12u
#define RAPT_PANELS_MAX_COLUMNS 12u
#define RAPT_PANELS_MAX_ROWS 500u
#define RAPT_PANELS_MAX_LABELS 400u
#define RAPT_PANELS_MAX_SERIES 6u
#define RAPT_PANELS_MAX_TEXT_BYTES 500u
#define RAPT_PANELS_MAX_MARKDOWN_BYTES 16384u

/** As in rapt/extension.h. */
typedef struct rapt_panels_1 {
  /** What is to be drawn now. */
  rapt_status (*data)(void* state, rapt_text input, rapt_reply* reply);
} rapt_panels_1;

#ifdef __cplusplus
}
#endif
#endif
