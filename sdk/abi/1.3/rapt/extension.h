/* SPDX-License-Identifier: Apache-2.0
 *
 * What the extensions that are asked with JSON have in common (since ABI 1.3): rapt.routes/1, rapt.jobs/1, rapt.events/1,
 * rapt.panels/1 and rapt.exports/1. Each needs the permission of its name, and what it is asked for stands in the manifest: a module
 * is asked for nothing else. A manifest that declares what the library does not hand out is refused at start.
 *
 * Every function is rapt_status (*)(void* state, rapt_text input, rapt_reply* reply), called between `init` and `shutdown`, on the
 * module's one thread, never while another call runs; maybe in another process than its hooks, and the next call in another
 * process again: what has to last goes into a service (rapt/kv.h, rapt/sql.h) or travels with the call.
 *
 *   state      what `init` set; the module's own
 *   input      a JSON object, the host's; valid until the function returns
 *   reply      valid until the function returns. The answer, a JSON object, is given with `rapt_reply_1.replace`, which copies it; the
 *              last one counts. `emit`, `block` and `instruct` answer RAPT_E_NOT_ALLOWED here
 *   services   may be asked meanwhile (rapt/service.h); those that are about somebody are about whom the input tells
 *   deadline   "timeout_ms" of the manifest; a late process is ended
 *   failure    anything but RAPT_OK, or no answer; say why in the log. An answer of another shape is a failure, too; the module's log
 *              then says where it is wrong
 *
 * JSON: in the input, members that are shown are always there unless a "?" follows; more may come with later hosts: ignore what you
 * do not know. An answer has the members shown and no other, those with "?" may be left out. At most RAPT_MAX_REPLY_BYTES and
 * RAPT_MAX_REPLY_DEPTH levels, numbers finite, no name twice in an object. `…_ms`: milliseconds, a time since 1970-01-01 UTC.
 *
 * What several of them are given
 *   caller     null where nobody is logged in, else {"user": "", "role": "teacher", "groups": [""], "classes": [{"id": "", "role":
 *              "teacher"}], "id"?: ""}
 *     user     a pseudonym, the same at every call of this module
 *     role     the highest of theirs: "system_admin", "group_admin", "teacher", "student", or "none" for somebody without any
 *     groups   ids of groups that they belong to, also through a class
 *     classes  their classes, with what they are there: "teacher" or "student"
 *     id       the user's own, with the permission "directory" alone
 *   settings   the module's, without secrets, as they hold for the group that the call is about
 *   locale     BCP 47 tag of the reader
 *   now_ms     when the call began
 *
 * "access" in the manifest says who may ask: "public" (anybody; routes alone), "user" (logged in), "teacher", "group_admin",
 * "system_admin"; each is also good for those behind it. The host checks it; which class or group a request is about, the module
 * compares with `caller`.
 */
#ifndef RAPT_EXTENSION_H
#define RAPT_EXTENSION_H

#include <rapt/abi.h>
#include <rapt/reply.h>

/** An answer; what takes less says so. */
#define RAPT_MAX_REPLY_BYTES 1048576u
/** Levels of nesting of an answer; what takes fewer says so. */
#define RAPT_MAX_REPLY_DEPTH 32u

#endif
