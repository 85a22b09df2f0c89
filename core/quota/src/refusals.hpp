// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "request_counts.hpp"
#include "reservations.hpp"

namespace rapt::quota {

/// What people read: short, without figures of money, and with what to do.
Error limit_reached(const Counter& counter, TimePoint now);
Error budget_exhausted(const Reserved& reserved, const Policy& policy, TimePoint now);
/// `tokens` have to be sent, and `most` may be.
Error context_too_long(const std::string& model, std::int64_t tokens, std::int64_t most);
/// "" while there is no reason to say anything.
std::string limit_notice(const Counter& counter, long long used, double soft_limit);
std::string budget_notice(const Reserved& reserved, double soft_limit);

}  // namespace rapt::quota
