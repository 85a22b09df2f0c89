// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::store {
class Transaction;
}

namespace rapt::jobs {

/// An event that others will be told of once the transaction that writes it has committed: at least once, and those of
/// one key in order. It goes into the Redis stream "PREFIX:events" (fields id, topic, key, payload), where `id` is the
/// same whenever it comes again. The stream is short: whoever needs every event orders a job instead.
struct Event {
  std::string_view topic;    ///< "chat.message_stored"
  std::string key;           ///< what it is about: a session's or run's id; events of one key keep their order
  std::string payload_json;  ///< an object with ids only, never what somebody wrote
};

Result<void> append_event(store::Transaction& transaction, const Event& event);

}  // namespace rapt::jobs
