// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "rapt/base/clock.hpp"
#include "rapt/host/capabilities.hpp"

namespace rapt::author {

/// rapt.kv in memory: the values of the author's test kit, asked as a host is. One thread.
class MemoryKv final : public host::Capability {
 public:
  explicit MemoryKv(const Clock& clock);
  ~MemoryKv() override;
  Task<host::ServiceAnswer> call(host::ServiceRequest request) override;

  /// {"values": [{"scope": "user", "of": "user-1", "key": "visits", "value": "3", "until_ms": 0}]}: "of" is left out
  /// for the scope "module", "until_ms" (milliseconds since 1970) where a value stays. kInvalid with every fault and
  /// its path; nothing is taken then.
  Result<void> load(std::string_view json);
  [[nodiscard]] std::string save() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::author
