// SPDX-License-Identifier: AGPL-3.0-or-later
// A shared library, as a bundle brings it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "rapt/bundle/library.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(rapt::bundle::check_library({reinterpret_cast<const char*>(data), size}, rapt::bundle::native_architecture(), {}));
  return 0;
}
