// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/load_actor.hpp"

#include "auth_store.hpp"

namespace rapt::identity {

Task<Result<Actor>> load_actor(store::Database& database, UserId id) {
  const auto rows = co_await database.query(kActorById, store::params(id));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::not_found("account");
  co_return actor_of(*row);
}

}  // namespace rapt::identity
