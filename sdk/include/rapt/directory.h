/* SPDX-License-Identifier: Apache-2.0
 *
 * rapt.directory/1 (since ABI 1.3): users, groups, classes and who belongs where. Needs the permission "directory"; with "write" in the
 * manifest ({"name": "directory", "reason": "…", "write": true}, granted as "directory:write") also what changes them.
 * Ids are the host's own. In a call that a person caused (a hook, a route) the module sees and changes what that person may; in a
 * job or event by itself, everything: that is what an admin grants.
 *
 * state, deadline, ownership: as in rapt/kv.h. failure: RAPT_E_INVALID (`*answer`: {"message", "field"?}), RAPT_E_TOO_LARGE,
 * RAPT_E_NOT_ALLOWED, RAPT_E_UNAVAILABLE.
 */
#ifndef RAPT_DIRECTORY_H
#define RAPT_DIRECTORY_H

#include <rapt/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAPT_SERVICE_DIRECTORY_1 "rapt.directory/1"

typedef struct rapt_directory_1 {
  /**
   * {"kind": "users" "groups" "classes" "enrollments" "members", "where"?: {}, "limit"?: 1..500, "cursor"?: ""}
   *   -> {"items": [...], "next_cursor": "" or null}
   * where, by kind: users {"ids", "emails", "external_ids", "group_id", "class_id", "status"}; groups {"ids", "parent_id",
   * "external_ids"}; classes {"ids", "group_id", "external_ids"}; enrollments {"class_id" or "user_id"}; members {"group_id" or
   * "user_id"}. docs/capabilities.md lists the fields of the items.
   */
  rapt_status (*read)(const rapt_host* host, rapt_text request, rapt_text* answer);
  /**
   * {"source": "oneroster", "operations": [{"op": "put_user" "put_group" "put_class" "enroll" "unenroll" "add_member" "remove_member"
   *  "deactivate_user" "archive_class", …}], "dry_run"?: false}: 1 to 500, each by itself; a bad one spoils nothing.
   * What is put carries "external_id": the source's own id, by which it is found again; putting the same twice changes nothing.
   *   -> {"results": [{"status": "created" "updated" "unchanged" "failed", "id"?: "", "message"?: "", "field"?: ""}], "counts": {…}}
   */
  rapt_status (*write)(const rapt_host* host, rapt_text request, rapt_text* answer);
} rapt_directory_1;

#ifdef __cplusplus
}
#endif
#endif
