@@with sql
/* SPDX-License-Identifier: Apache-2.0
 *
 * Notes in a table of the module's own; sql/ makes it.
 */
@@with exports
#include <rapt/exports.h>
@@end
#include <rapt/sql.h>

#include "parts.h"

/* What the host gave lives until it is asked again; `params` is freed. Absent when it was refused. */
static rapt_text query(const char* statement, rapt_buffer* params) {
  rapt_text found = rapt_no_text();
  const rapt_sql_1* sql = this_host->get_service(this_host, RAPT_SERVICE_SQL_1);
  const rapt_status status =
      sql == NULL ? RAPT_E_NOT_ALLOWED : sql->query(this_host, rapt_text_of(statement), rapt_buffer_text(params), &found);
  rapt_buffer_free(params);
  return status == RAPT_OK ? found : rapt_no_text();
}
@@with hooks

int keep_note(rapt_text text) {
  rapt_buffer params = RAPT_BUFFER;
  rapt_put(&params, "[");
  rapt_put_quoted(&params, text);
  rapt_put(&params, "]");
  return query("INSERT INTO notes (text) VALUES ($1)", &params).data != NULL;
}
@@end
@@with routes

static rapt_status list_notes(rapt_text settings, rapt_reply* reply) {
  rapt_buffer params = RAPT_BUFFER, out = RAPT_BUFFER;
  rapt_put(&params, "[");
  rapt_put_integer(&params, rapt_json_integer(rapt_json_get(settings, "newest"), 50));
  rapt_put(&params, "]");
  const rapt_text found = query("SELECT id, text FROM notes ORDER BY id DESC LIMIT $1", &params);
  if (found.data == NULL) return failed("the notes cannot be read");
  const rapt_text rows = rapt_json_get(found, "rows");
  rapt_put(&out, "{\"status\": 200, \"json\": {\"data\": [");
  for (size_t i = 0; rapt_json_at(rows, i).data != NULL; ++i) {
    const rapt_text row = rapt_json_at(rows, i);
    rapt_put(&out, i == 0 ? "{\"id\": " : ", {\"id\": ");
    rapt_put_text(&out, rapt_json_at(row, 0));
    rapt_put(&out, ", \"text\": ");
    rapt_put_text(&out, rapt_json_at(row, 1));
    rapt_put(&out, "}");
  }
  rapt_put(&out, "]}}");
  return answer_buffer(reply, &out);
}

/* PostgreSQL keeps no text with a NUL in it. */
static int is_note(rapt_text value) {
  rapt_buffer text = RAPT_BUFFER;
  const int good = rapt_put_decoded(&text, value) && text.size > 0 && text.size <= 2000 && memchr(text.data, '\0', text.size) == NULL;
  rapt_buffer_free(&text);
  return good;
}

/* A teacher asks GET or POST /api/v1/modules/@NAME@/notes. A JSON object in and out, as rapt/routes.h tells. */
rapt_status on_route(void* state, rapt_text input, rapt_reply* reply) {
  const rapt_text text = rapt_json_get(rapt_json_get(input, "json"), "text");
  rapt_buffer params = RAPT_BUFFER;
  (void)state;
  if (rapt_json_is(rapt_json_get(input, "method"), "GET")) return list_notes(rapt_json_get(input, "settings"), reply);
  if (!is_note(text)) return answer(reply, "{\"status\": 422, \"json\": {\"error\": \"Say \\\"text\\\", 1 to 2,000 bytes.\"}}");
  rapt_put(&params, "[");
  rapt_put_text(&params, text);
  rapt_put(&params, "]");
  if (query("INSERT INTO notes (text) VALUES ($1)", &params).data == NULL) return failed("the note cannot be kept");
  return answer(reply, "{\"status\": 201, \"json\": {\"data\": {\"kept\": true}}}");
}
@@end
@@with panels

/* What the page of a class draws: rapt/panels.h. */
rapt_status on_panel(void* state, rapt_text input, rapt_reply* reply) {
  rapt_buffer params = RAPT_BUFFER, out = RAPT_BUFFER;
  (void)state, (void)input;
  rapt_put(&params, "[]");
  const rapt_text found = query("SELECT count(*) FROM notes", &params);
  if (found.data == NULL) return failed("the notes cannot be counted");
  rapt_put(&out, "{\"parts\": [{\"kind\": \"counters\", \"items\": [{\"label\": \"Notes\", \"value\": ");
  rapt_put_integer(&out, rapt_json_integer(rapt_json_at(rapt_json_at(rapt_json_get(found, "rows"), 0), 0), 0));
  rapt_put(&out, "}]}]}");
  return answer_buffer(reply, &out);
}
@@end
@@with jobs

/* Every night. */
rapt_status delete_old_notes(rapt_text settings, rapt_reply* reply) {
  rapt_buffer params = RAPT_BUFFER;
  rapt_put(&params, "[");
  rapt_put_integer(&params, rapt_json_integer(rapt_json_get(settings, "keep_days"), 90));
  rapt_put(&params, "]");
  if (query("DELETE FROM notes WHERE at < now() - make_interval(days => $1)", &params).data == NULL)
    return failed("old notes cannot be deleted");
  return answer(reply, "{}");
}
@@end
@@with exports

/* A file of all notes, fifty at a time: rapt/exports.h. `memo` is the last note of the piece before. */
rapt_status on_export(void* state, rapt_text input, rapt_reply* reply) {
  rapt_buffer params = RAPT_BUFFER, text = RAPT_BUFFER, last = RAPT_BUFFER, out = RAPT_BUFFER;
  const rapt_text memo = rapt_json_get(input, "memo");
  size_t count = 0;
  (void)state;
  rapt_put(&params, "[");
  rapt_put_text(&params, rapt_json_is_text(memo) && memo.size > 2 ? memo : rapt_text_of("0"));
  rapt_put(&params, "]");
  const rapt_text found = query("SELECT id, text FROM notes WHERE id > $1::integer ORDER BY id LIMIT 50", &params);
  if (found.data == NULL) return failed("the notes cannot be read");
  const rapt_text rows = rapt_json_get(found, "rows");
  for (; rapt_json_at(rows, count).data != NULL; ++count) {
    const rapt_text row = rapt_json_at(rows, count);
    last.size = 0;
    rapt_put_text(&last, rapt_json_at(row, 0));
    rapt_put(&text, "- ");
    rapt_put_decoded(&text, rapt_json_at(row, 1));
    rapt_put(&text, "\n");
  }
  rapt_put(&out, "{\"text\": ");
  rapt_put_quoted(&out, rapt_buffer_text(&text));
  rapt_put(&out, count < 50 ? ", \"done\": true" : ", \"memo\": ");
  if (count >= 50) rapt_put_quoted(&out, rapt_buffer_text(&last));
  rapt_put(&out, "}");
  rapt_buffer_free(&text);
  rapt_buffer_free(&last);
  return answer_buffer(reply, &out);
}
@@end
@@end
