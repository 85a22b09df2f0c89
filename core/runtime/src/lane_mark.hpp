// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include <boost/asio/execution_context.hpp>

#include "rapt/runtime/lane_parts.hpp"

namespace rapt::runtime {

/// A part on a lane, which either side may outlive.
struct LanePlace {
  std::shared_ptr<LanePart> part;
  bool gone = false;  ///< the lane; guarded by LaneMark::mutex()
};

/// Says of a loop that it is a lane, and tells its parts when it goes.
class LaneMark final : public boost::asio::execution_context::service {
 public:
  static boost::asio::execution_context::id id;
  explicit LaneMark(boost::asio::execution_context& context) : service(context) {}

  /// Null for a loop that is no lane.
  static LaneMark* of(boost::asio::execution_context& context);
  /// With mutex() held.
  void add(const std::shared_ptr<LanePlace>& place);
  /// Of all lanes: who comes and who goes is seldom.
  static std::mutex& mutex();

 private:
  void shutdown() override;
  std::vector<std::weak_ptr<LanePlace>> places_;
};

}  // namespace rapt::runtime
