// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <sys/random.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rapt::telemetry {

/// Ids need to be different, not secret; zeros would be none.
template <std::size_t N>
std::array<std::uint8_t, N> fresh_id() {
  std::array<std::uint8_t, N> out{};
  if (::getrandom(out.data(), out.size(), 0) != static_cast<ssize_t>(out.size())) out.fill(1);
  out[N - 1] |= 1;
  return out;
}

/// Of the traces that begin here, how many are kept. Of the Tracing that lives.
double ratio_kept();

}  // namespace rapt::telemetry
