// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"
#include "limits.hpp"

namespace rapt::api {

/// The limits on the way of one request, by its route's tier. Each leaves in `call.quota` how the limit stands.

/// Counts a request whose caller nobody knows, by its address.
Task<Result<void>> admit_stranger(Call& call);
/// Counts the call of a route once it is known who asks; before any work of the route is done. kRateLimited when it is
/// one too many.
Task<Result<void>> admit(const Route& route, Call& call);
/// The same by what count_person() said before it was known whether the caller's login holds.
Result<void> admit_counted(Call& call, const Quota& quota);
/// What becomes of the answer of a route that guessing would use: a failed guess is counted, and of many at once those
/// beyond the limit are not answered; a login that one of them has won is ended.
Task<Result<Answer>> settle(const Route& route, Call& call, Result<Answer> answer);

}  // namespace rapt::api
