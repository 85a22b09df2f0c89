// SPDX-License-Identifier: AGPL-3.0-or-later
// Filtering a text while it is written. What has passed, put together, is what the whole text filtered at once would
// be.
#pragma once

#include <string>
#include <string_view>

#include "config.hpp"

namespace safety {

/// What is read of the text that has passed, in bytes.
inline constexpr std::size_t kMaxBefore = 512;

struct Window {
  std::string_view passed;  ///< the end of what has passed already, kMaxBefore bytes or more if there is so much
  std::string_view text;    ///< UTF-8, beginning at the last cut
  bool last = false;        ///< nothing follows
};

struct Filtered {
  std::size_t blocked = 0;  ///< phrases of the list that occur; then nothing of the window may pass
  std::string passes;       ///< masked
  std::size_t held = 0;     ///< bytes at the end of the window that come again
  Counts counts{};
};

/// Lets pass what lies before the last *cut*: a place at which neither side can change what becomes of the other.
///
///   - It is a barrier (barrier.hpp): nothing that is masked reaches across it.
///   - From barrier to barrier, the text is segments. Whatever holds a candidate (scanners.hpp) has ended kReach bytes
///     before the cut or earlier. So what is asked about a finding before the cut looks at nothing behind it, and what
///     is asked about one behind it sees, before the cut, what is never masked and passes as it is.
///   - Those bytes fit into kMaxBefore, so that the next window is told of them.
///   - No blocked phrase that began before the cut may end behind it. Phrases are looked for in all that is known,
///   before
///     anything of it passes.
///
/// By induction over the cuts, each part is masked as it is in the whole text, pass by pass, and a phrase is found
/// before any of its words passes.
Filtered filter(const Window& window, const Config& config);

}  // namespace safety
