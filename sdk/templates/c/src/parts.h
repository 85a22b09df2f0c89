/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this module share.
 */
#ifndef PARTS_H
#define PARTS_H

@@with auth-provider
#include <rapt/auth_provider.h>
@@end
#include <rapt/c/json.h>
#include <rapt/log.h>
#include <rapt/reply.h>

extern const rapt_host* this_host;
extern const rapt_reply_1* replies;

/* Says why a call failed, for the admin, and is the answer to it. Never write what a person wrote. */
rapt_status failed(const char* why);
/* Answers a call with a JSON object. The buffer is freed. */
rapt_status answer(rapt_reply* reply, const char* json);
rapt_status answer_buffer(rapt_reply* reply, rapt_buffer* json);
@@with sql

@@with hooks
int keep_note(rapt_text text);
@@end
@@with routes
rapt_status on_route(void* state, rapt_text input, rapt_reply* reply);
@@end
@@with panels
rapt_status on_panel(void* state, rapt_text input, rapt_reply* reply);
@@end
@@with exports
rapt_status on_export(void* state, rapt_text input, rapt_reply* reply);
@@end
@@with jobs
rapt_status delete_old_notes(rapt_text settings, rapt_reply* reply);
@@end
@@end
@@with http
rapt_status look_up(rapt_reply* reply);
@@end
@@with auth-provider
extern const rapt_auth_provider_1 login_provider;
@@end

#endif
