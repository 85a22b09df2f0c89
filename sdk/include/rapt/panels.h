/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.panels/1 (since ABI 1.3): data that the pages draw. No script and no markup of a module runs in a browser. Needs the
 * permission "panels", and each panel in the manifest's "panels":
 *
 *   {"id": "entries", "title": "Reading log", "place": "class", "access": "teacher", "timeout_ms": 1000}
 *
 *   place    where the pages show it: "class", "assignment", "session" (transcript), "group", "home" (of each user), "system"
 *   access   as in rapt/routes.h, and at least who may see that place
 *
 *   data  {"panel": "entries", "place": "class", "place_id": "", "caller": {as in rapt/routes.h}, "settings": {}, "locale": "en",
 *          "now_ms": 0}
 *      -> {"parts": [...], "empty"?: "sentence where there is nothing"}: 0 to 12 parts, drawn in their order, each one of
 *         {"kind": "counters", "title"?: "", "items": [{"label": "", "value": number or text, "unit"?: "", "note"?: "",
 *          "tone"?: "neutral" "good" "warning" "bad"}]}                                                          1 to 12 items
 *         {"kind": "table", "title"?: "", "columns": [{"label": "", "align"?: "left" "right"}], "rows": [[text, number, boolean or
 *          null]], "more"?: number of rows that are not shown}                                1 to 12 columns, 0 to 500 rows
 *         {"kind": "chart", "title"?: "", "form": "line" "bar", "x": ["label"], "series": [{"label": "", "values": [number or
 *          null]}], "unit"?: ""}                                                  1 to 400 labels, 1 to 6 series of that length
 *         {"kind": "text", "title"?: "", "text": "Markdown without HTML, images and foreign links"}                  16 KiB
 *         Texts are shown as they are, at most 500 bytes each; 256 KiB in all.
 */
#ifndef RAPT_PANELS_H
#define RAPT_PANELS_H

#include <rapt/abi.h>
#include <rapt/reply.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_EXT_PANELS_1 "rapt.panels/1"

/** state, input, reply, failure: as in rapt/routes.h. */
typedef struct rapt_panels_1 {
  rapt_status (*data)(void* state, rapt_text input, rapt_reply* reply);
} rapt_panels_1;

#ifdef __cplusplus
}
#endif
#endif
