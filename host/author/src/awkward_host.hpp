// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <string_view>

#include "rapt/host/services.hpp"

namespace rapt::author {

/// A host that serves every question of a module in one awkward way, each of which its header announces.
class AwkwardHost final : public host::ServiceHost {
 public:
  enum class Way {
    kWithholds,    ///< has no service at all
    kRefuses,      ///< RAPT_E_NOT_ALLOWED
    kIsAway,       ///< RAPT_E_UNAVAILABLE
    kIsLate,       ///< that, when half of the time that is left is over, or half a second
    kGivesTheMost  ///< values and answers of the largest size
  };
  explicit AwkwardHost(Way way) : way_(way) {}
  [[nodiscard]] bool offers(sandbox::Service) const override { return way_ != Way::kWithholds; }
  Task<host::ServiceAnswer> serve(host::ServiceRequest request) override;
  [[nodiscard]] std::size_t asked() const { return asked_; }

 private:
  const Way way_;
  std::atomic<std::size_t> asked_{0};
};
inline constexpr AwkwardHost::Way kAwkwardWays[] = {AwkwardHost::Way::kWithholds, AwkwardHost::Way::kRefuses,
                                                    AwkwardHost::Way::kIsAway, AwkwardHost::Way::kIsLate,
                                                    AwkwardHost::Way::kGivesTheMost};
std::string_view name(AwkwardHost::Way way);  ///< "services withheld", "services refused", …

/// The largest answer that a host gives to such a question.
host::ServiceAnswer largest_answer(const host::ServiceRequest& request);

}  // namespace rapt::author
