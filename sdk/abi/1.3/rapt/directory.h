/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.directory/1 (since ABI 1.3): users, groups, classes and who belongs where. Needs the permission "directory"; with "write" in the
 * manifest ({"name": "directory", "reason": "…", "write": true}, granted as "directory:write") also what changes them.
 * Ids are the host's own. In a call that a person caused (a hook, a route) the module sees and changes what that person may; in a
 * job or event by itself, everything: that is what an admin grants.
 *
 * thread, state, deadline, ownership, out, JSON, failure: as in rapt/service.h. docs/capabilities.md tells the rules of writing.
 */
#ifndef RAPT_DIRECTORY_H
#define RAPT_DIRECTORY_H

#include <rapt/service.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_DIRECTORY_1 "rapt.directory/1"

#define RAPT_DIRECTORY_MAX_LISTED 500u
#define RAPT_DIRECTORY_MAX_OPERATIONS 500u
#define RAPT_DIRECTORY_MAX_EXTERNAL_ID_BYTES 255u

typedef struct rapt_directory_1 {
  /**
   * {"kind": "users" "groups" "classes" "enrollments" "members", "where"?: {}, "limit"?: 1..RAPT_DIRECTORY_MAX_LISTED, default 100,
   *  "cursor"?: ""} -> {"items": [...], "next_cursor": "" or null}: an answer may hold fewer than "limit" and go on all the same
   *
   *   kind         where                                                          an item
   *   users        ids, emails, external_ids with source, group_id (and below     id, email, name, given_name, family_name, status,
   *                it), class_id, status                                          email_verified, external_ids, created_at_ms, updated_at_ms
   *   groups       ids, parent_id, external_ids with source                       id, parent_id, name, type, external_ids, created_at_ms,
   *                                                                               updated_at_ms
   *   classes      ids, group_id, external_ids with source                        id, group_id, name, external_ids, created_at_ms,
   *                                                                               updated_at_ms
   *   enrollments  class_id, user_id                                              class_id, user_id, role, since_ms
   *   members      group_id, user_id                                              group_id, user_id, role, since_ms
   *
   * "ids", "emails" and "external_ids" of "where" are lists; external_ids of an item are the module's own: {"oneroster": "17"}.
   */
  rapt_status (*read)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /**
   * {"source": "oneroster", "operations": [{"op": "", …}], "dry_run"?: false}: 1 to RAPT_DIRECTORY_MAX_OPERATIONS, each by itself and in
   * their order; a bad one spoils nothing. With "dry_run" nothing is changed, and told what would be.
   *   -> {"results": [{"status": "created" "updated" "unchanged" "failed", "id"?: "", "message"?: "", "field"?: ""}], "counts": {…}}
   *
   *   op                         further members (those in brackets may be left out)
   *   put_user                   external_id, email, name, [given_name, family_name, group, role in it, link]
   *   put_group                  external_id, name, [type, parent; id: one that is there already]
   *   put_class                  external_id, name, group for a new one, [id: one that is there already]
   *   enroll, unenroll           user, class, [role: "student" "teacher"]
   *   add_member, remove_member  user, group, [role: "student" "teacher"; "group_admin" only for a person who may]
   *   deactivate_user, archive_class  external_id
   *
   * external_id: the source's own id, by which what was put is found again; putting the same twice changes nothing. A user, group,
   * parent or class is named by the host's id or the source's: "user_id" or "user_external_id", and so with the others.
   */
  rapt_status (*write)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_directory_1;

#ifdef __cplusplus
}
#endif
#endif
