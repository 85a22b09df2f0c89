// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <vector>

#include "rapt/hooks/dispatcher.hpp"

namespace rapt::hooks {

/// A planned step, and what is handed to the module.
struct Step : PlannedStep {
  const Attachment* attachment = nullptr;
};

/// Everybody who is asked at that point, asynchronous ones last. The steps point into `attachments`.
std::vector<Step> plan_all(const ModuleCaller& caller, Point point, const std::vector<Attachment>& attachments);

}  // namespace rapt::hooks
