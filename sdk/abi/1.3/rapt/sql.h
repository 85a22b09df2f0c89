/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.sql/1 (since ABI 1.3): tables of the module's own, in a PostgreSQL schema and under a role that can see nothing else.
 * Needs the permission "sql". The schema is made by the migrations of the bundle (manifest: "migrations"), each
 * `NNNN_words.sql` with an optional `NNNN_words.down.sql` for a roll-back. thread, state, deadline, ownership, out: as in rapt/service.h.
 *
 *   statement  one, beginning with SELECT, INSERT, UPDATE, DELETE, MERGE, WITH, VALUES or TABLE. It ends with the call's time limit at
 *              the latest, and is cancelled then
 *   parameters a JSON array for $1, $2, …, at most RAPT_SQL_MAX_PARAMS: null is NULL; everything else goes as text (objects and arrays as
 *              JSON text), which PostgreSQL reads as the type that the place has: $1::timestamptz
 *   rows       columns in their order; SQL's NULL as null, booleans as JSON has them, numbers as PostgreSQL writes them (a
 *              bigint or numeric may have more digits than a double holds; NaN and Infinity are texts), everything else as
 *              PostgreSQL's text
 *   failure    RAPT_E_INVALID (a fault of the statement or its parameters) and RAPT_E_NOT_ALLOWED (something that is not the module's own):
 *              `*json` is then {"sqlstate": "42601", "message": "", "position": 1 or null, "statement"?: 0}, what PostgreSQL said;
 *              position in characters from 1, statement (of `transact`) from 0. RAPT_E_TOO_LARGE (more than RAPT_SQL_MAX_ROWS
 *              rows in all, or RAPT_MAX_RESPONSE_BYTES), RAPT_E_UNAVAILABLE. With any of them but RAPT_E_UNAVAILABLE nothing was changed
 */
#ifndef RAPT_SQL_H
#define RAPT_SQL_H

#include <rapt/service.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_SQL_1 "rapt.sql/1"

#define RAPT_SQL_MAX_ROWS 10000u
#define RAPT_SQL_MAX_PARAMS 1000u
#define RAPT_SQL_MAX_STATEMENTS 32u

typedef struct rapt_sql_1 {
  /**
   * One statement. `params` may be absent for none. `*json`: {"columns": ["a"], "rows": [[1]], "count": 1}; count: rows that were given
   * or changed.
   */
  rapt_status (*query)(const rapt_host* host, rapt_text sql, rapt_text params, rapt_text* json);
  /**
   * Several statements in one transaction, all or none: a JSON array of 1 to RAPT_SQL_MAX_STATEMENTS objects {"sql": "", "params"?: []}.
   * `*json`: an array of what `query` gives.
   */
  rapt_status (*transact)(const rapt_host* host, rapt_text statements, rapt_text* json);
} rapt_sql_1;

#ifdef __cplusplus
}
#endif
#endif
