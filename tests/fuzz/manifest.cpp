// SPDX-License-Identifier: AGPL-3.0-or-later
// A manifest.json.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "rapt/bundle/library.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto manifest = rapt::bundle::parse_manifest({reinterpret_cast<const char*>(data), size});
  // What was accepted must be safe to use as part of a path.
  if (manifest && (!rapt::bundle::is_valid_name(manifest->name) || !rapt::bundle::is_valid_name(manifest->publisher))) std::abort();
  return 0;
}
