/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.sql/1 (since ABI 1.3): tables of the module's own, in a PostgreSQL schema and under a role that can see nothing else.
 * Needs the permission "sql". The schema is made by the migrations of the bundle (manifest: "migrations"), each
 * `NNNN_words.sql` with an optional `NNNN_words.down.sql` for a roll-back.
 *
 * state, deadline, ownership: as in rapt/kv.h. A statement ends with the hook's time limit at the latest.
 * failure: RAPT_E_INVALID (a fault of the statement or its parameters; `*json` is then {"sqlstate", "message", "position"}, what
 * PostgreSQL said of it), RAPT_E_TOO_LARGE (more than 1 MiB of rows, or 10,000 rows), RAPT_E_NOT_ALLOWED, RAPT_E_UNAVAILABLE.
 */
#ifndef RAPT_SQL_H
#define RAPT_SQL_H

#include <rapt/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_SQL_1 "rapt.sql/1"

typedef struct rapt_sql_1 {
  /**
   * One statement. `params`: a JSON array for $1, $2, …: text, number, true, false, null; objects and arrays go as JSON text.
   * `*json`: {"columns": ["a", …], "rows": [[…], …], "count": N}; numbers and booleans as JSON has them, everything else as text.
   */
  rapt_status (*query)(const rapt_host* host, rapt_text sql, rapt_text params, rapt_text* json);
  /**
   * Several statements in one transaction, all or none: a JSON array of {"sql", "params"}, at most 32. `*json`: an array of what
   * `query` gives. A fault names the statement: {"statement": 2, "sqlstate", …}.
   */
  rapt_status (*transact)(const rapt_host* host, rapt_text statements, rapt_text* json);
} rapt_sql_1;

#ifdef __cplusplus
}
#endif
#endif
