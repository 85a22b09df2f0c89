/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.directory/1 (since ABI 1.3): users, groups, classes and who belongs where. Needs the permission "directory"; with "write" in the
 * manifest ({"name": "directory", "reason": "…", "write": true}, granted as "directory:write") also what changes them.
 * Ids are the host's own. In a call that a person caused (a hook, a route) the module sees and changes what that person may; in a
 * job or event by itself, everything: that is what an admin grants.
 *
 * thread, state, deadline, ownership, out, JSON, failure: as in rapt/service.h. docs/capabilities.md tells all fields and rules.
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
   * {"kind": "users" "groups" "classes" "enrollments" "members", "where"?: {}, "limit"?: 1..RAPT_DIRECTORY_MAX_LISTED, "cursor"?: ""}
   *   -> {"items": [...], "next_cursor": "" or null}
   * where, by kind: users {"ids", "emails", "external_ids", "group_id", "class_id", "status"}; groups {"ids", "parent_id",
   * "external_ids"}; classes {"ids", "group_id", "external_ids"}; enrollments {"class_id" or "user_id"}; members {"group_id" or
   * "user_id"}. An answer may hold fewer than "limit" and go on all the same: look at next_cursor.
   */
  rapt_status (*read)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /**
   * {"source": "oneroster", "operations": [{"op": "put_user" "put_group" "put_class" "enroll" "unenroll" "add_member" "remove_member"
   *  "deactivate_user" "archive_class", …}], "dry_run"?: false}: 1 to RAPT_DIRECTORY_MAX_OPERATIONS,
   * each by itself and in their order; a bad one spoils nothing. With "dry_run" nothing is changed, and told what would be.
   * What is put carries "external_id": the source's own id, by which it is found again; putting the same twice changes nothing.
   *   -> {"results": [{"status": "created" "updated" "unchanged" "failed", "id"?: "", "message"?: "", "field"?: ""}], "counts": {…}}
   */
  rapt_status (*write)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_directory_1;

#ifdef __cplusplus
}
#endif
#endif
