// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/jobs/outbox.hpp"

#include "rapt/store/database.hpp"

namespace rapt::jobs {

namespace {

constexpr store::Statement kInsert{"outbox_insert", "INSERT INTO outbox (topic, key, payload) VALUES ($1, $2, $3)"};

}  // namespace

Result<void> append_event(store::Transaction& transaction, const Event& event) {
  RAPT_TRY(transaction.exec(kInsert, store::params(event.topic, event.key, event.payload_json)));
  return {};
}

}  // namespace rapt::jobs
