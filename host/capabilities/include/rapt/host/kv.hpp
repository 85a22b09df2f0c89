// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/kv.h>

#include <cstdint>

#include "rapt/base/clock.hpp"
#include "rapt/host/capabilities.hpp"
#include "rapt/jobs/worker.hpp"

namespace rapt::store {
class Database;
}

namespace rapt::host {

/// What a module may keep in all: keys, values, and 64 bytes a value for its place.
inline constexpr std::int64_t kKvBytesPerModule = RAPT_KV_MAX_MODULE_BYTES;

/// rapt.kv: values in PostgreSQL, one statement a call. Thread-safe; both must outlive it.
class KvCapability final : public Capability {
 public:
  KvCapability(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}
  Task<ServiceAnswer> call(ServiceRequest request) override;

 private:
  store::Database& database_;
  const Clock& clock_;
};

/// Removes values whose time is over (nobody sees them any more) and those of conversations that never came to be.
/// Ordered once in five minutes by whichever host comes first; payload {}.
inline constexpr const char* kKvTidyJob = "modules.kv_tidy";
jobs::Handler kv_tidy_handler(store::Database& database, const Clock& clock);
Task<Result<void>> order_kv_tidy_job(store::Database& database, TimePoint now);

}  // namespace rapt::host
