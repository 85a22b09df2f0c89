// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "rapt/host/supervisor.hpp"
#include "views.hpp"

namespace rapt::api {

Task<Result<Answer>> get_modules(Call& call) {
  co_return list_reply(view_all(call.services.modules.status()), std::nullopt);
}

}  // namespace rapt::api
