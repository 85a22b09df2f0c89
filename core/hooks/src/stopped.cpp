// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "rapt/hooks/dispatcher.hpp"

namespace rapt::hooks {

Error stopped(const Outcome& outcome) {
  const bool blocked = outcome.kind == Outcome::Kind::kBlocked;
  return Error{.kind = blocked ? ErrorKind::kBlocked : ErrorKind::kUnavailable,
               .code = blocked ? "BLOCKED_BY_MODULE" : "MODULE_UNAVAILABLE",
               .message = outcome.reason,
               .part = outcome.module};
}

Extraction block_extraction(const Outcome& outcome, Point point) {
  return {.module = outcome.module,
          .type = "module.blocked",
          .data_json = nlohmann::json{{"module", outcome.module}, {"hook", name(point)}}.dump()};
}

}  // namespace rapt::hooks
