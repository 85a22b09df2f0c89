// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/abi.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/sandbox/services.hpp"

namespace rapt::sandbox {

/// A question of a module to its host, copied out of the enemy's memory and checked: there is such a function, and the
/// texts and numbers are as many as it takes; what must be there is there.
struct ServiceAsk {
  std::uint64_t request = 0;  ///< the call that it says it is answering
  Service service{};
  std::uint32_t method = 0;
  std::vector<std::optional<std::string>> texts{};  ///< UTF-8 without NUL; nullopt: absent
  std::vector<std::int64_t> numbers{};
  std::size_t used = 0;  ///< bytes of the area up to the end of the last text
};

/// `area` begins with a wire::ServiceFrame, aligned to 8, and holds `size` bytes. kInvalid with a sentence saying which
/// part of it is a lie. Every number is copied once, then checked, then used.
Result<ServiceAsk> read_ask(const void* area, std::size_t size);

/// Writes the answer into memory that only the host writes. False when it does not fit: nothing is written then.
bool write_answer(void* area, std::size_t size, rapt_status status,
                  const std::vector<std::optional<std::string>>& texts, const std::vector<std::int64_t>& numbers);

}  // namespace rapt::sandbox
