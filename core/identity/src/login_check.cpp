// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/login_check.hpp"

#include "rapt/identity/auth_service.hpp"
#include "rapt/store/database.hpp"

namespace rapt::identity {

void add_login(store::Params& params, const LoginCheck& check) {
  params.add(check.token_hash).add(check.now).add(check.now + kSessionLifetime / 2).add(check.now - kActivityStep);
}

CheckedLogin checked_login(const store::Row& row) {
  return {row.id<UserId>("login_user"), row.text("login_email"), row.text("login_name"), row.boolean("login_due"),
          row.optional_text("login_version")};
}

}  // namespace rapt::identity
