// SPDX-License-Identifier: AGPL-3.0-or-later
// A whole archive, as it comes from a registry or a file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "rapt/bundle/library.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bundle = rapt::bundle::read_bundle({reinterpret_cast<const char*>(data), size});
  if (bundle) static_cast<void>(rapt::bundle::check_libraries(*bundle));
  return 0;
}
