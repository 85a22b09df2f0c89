// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "rapt/base/result.hpp"

namespace rapt::sandbox {

/// Copies out of memory that changes under our hands; the compiler may not read it a second time.
inline void copy_once(void* to, const void* from, std::size_t size) {
  std::memcpy(to, from, size);
  asm volatile("" ::: "memory");
}

/// What a module's memory says that cannot be; `what` is a clause.
inline Error lie(std::string what) {
  return Error{.kind = ErrorKind::kInvalid, .code = "MODULE_REPLY_INVALID", .message = std::move(what)};
}

}  // namespace rapt::sandbox
