// SPDX-License-Identifier: AGPL-3.0-or-later
#include "forced_provider.hpp"

#include "rapt/providers/provider_service.hpp"

namespace rapt::api {

Task<Result<void>> check_no_forced_provider(Call& call, std::string email) {
  const auto forced = co_await call.services.providers.forced_for(std::move(email));
  if (!forced) co_return forced.error();
  if (!*forced) co_return Result<void>{};
  Error error = Error::forbidden("Your school logs in through " + (*forced)->title + ".");
  error.code = "PROVIDER_REQUIRED";
  error.part = (*forced)->name;
  co_return error;
}

}  // namespace rapt::api
