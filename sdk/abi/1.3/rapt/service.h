/* SPDX-License-Identifier: Apache-2.0
 *
 * What the services that ask the host have in common (since ABI 1.3): rapt.kv/1, rapt.sql/1, rapt.http/1, rapt.secrets/1,
 * rapt.jobs/1, rapt.events/1, rapt.directory/1, rapt.sessions/1, rapt.grades/1 and rapt.ai/1. Their headers say what differs.
 *
 *   permission  of the service's name, in the manifest with a reason, granted by an admin at installation. Without it, or on a
 *               host that does not offer the service, `get_service` gives NULL, and the log says so once
 *   thread      the module's one thread
 *   state       while the host is calling the module: a hook, route, job, event, panel, export or login. In `init`, the
 *               self-test and `shutdown` RAPT_E_NOT_ALLOWED
 *   host        what `init` was handed
 *   deadline    the function waits for the host; that time is the call's. When it is over, the host ends the process
 *   about whom  a call is about a group, tool, person and conversation, as far as there are: the host knows, the module cannot
 *               say otherwise. Where a service asks who is behind it: that person, with what they may (a hook, a route, a panel,
 *               an export, and what was ordered there); in a job or an event about nobody the module itself, with what an admin
 *               has granted; in a route that a stranger called nobody, who may nothing
 *   ownership   arguments are borrowed until the function returns. A text that is handed out is the host's; it lives until the next
 *               function of any of these services is called, or until the call returns: copy what you keep
 *   out         what is written to must not be NULL (RAPT_E_INVALID). It is set whenever the function returns: a text to absent
 *               ({NULL, 0}), a number to 0 where the function failed, but for texts that say why
 *   size        texts of a request are together at most RAPT_MAX_REQUEST_BYTES, those of an answer RAPT_MAX_RESPONSE_BYTES
 *   failure     RAPT_E_INVALID      something is not as the header asks for; asking the same again is of no use
 *               RAPT_E_TOO_LARGE    the request, its answer, or what the module may keep
 *               RAPT_E_NOT_ALLOWED  not granted, not in this state, or not for whom this call is about
 *               RAPT_E_UNAVAILABLE  not now: the database, a peer or the time of the call. The same may be good later. Whether
 *                                   something was changed is not known (a connection that is lost while it is): ask so that
 *                                   asking twice does no harm
 *               Take any other value that is not RAPT_OK for a failure, too
 *
 * Where a function takes or gives JSON (`request`, `answer`)
 *   - A member that a header shows is always there unless a "?" follows its name. What there is nothing of is null: no group, not
 *     ended, no mark. In a request leave out what you do not want, rather than give null.
 *   - A request has the members shown and no other: one that a host does not know is refused (RAPT_E_INVALID), and named. So
 *     nothing that was asked for is left out silently. Members that come with a later ABI say so.
 *   - In answers more members may come with later hosts: ignore what you do not know.
 *   - Objects of other shape, malformed text and nesting of more than RAPT_MAX_JSON_DEPTH levels are RAPT_E_INVALID. Texts hold no NUL
 *     (\u0000). Whole numbers stay within 2^53. `…_ms`: milliseconds, a time since 1970-01-01 UTC; `…_s`: seconds.
 *   - Ids are the host's own, as texts: compare them, keep them, read nothing into them.
 *   - A function that failed says why in `answer` where it can: {"message": "a sentence for the author or the log", "field"?: "the
 *     member that is wrong, as items[2].name"}. `answer` may be absent all the same.
 *   - Lists come in pages: "next_cursor" is null at the end, else the "cursor" of the next request. It is good for the same question
 *     alone. What is added or goes meanwhile may be in the pages or not; what stays is in them once.
 *
 * Limits that these headers name (RAPT_…_MAX_…) hold on every host that offers the struct; a later host may grant more.
 */
#ifndef RAPT_SERVICE_H
#define RAPT_SERVICE_H

#include <rapt/abi.h>

/** All texts of a request together. */
#define RAPT_MAX_REQUEST_BYTES 1048576u
/** All texts of an answer together. */
#define RAPT_MAX_RESPONSE_BYTES 1048576u
/** Levels of nesting; some requests take fewer: their headers say so. */
#define RAPT_MAX_JSON_DEPTH 64u

#endif
