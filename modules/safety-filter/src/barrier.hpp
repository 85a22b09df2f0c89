// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>

#include "normalize.hpp"

namespace safety {

/// How far, in bytes, `is_barrier` looks to either side for the words there; longer ones are no barrier's.
inline constexpr std::size_t kBarrierReach = 80;

/// No scanner's finding reaches from before `at` to behind it, whatever stands before and will follow, also when
/// stretches around it have been masked. Three places are so:
///   1. behind a sign that no address and no run of digits contains ("?", a line's end, …), or behind a comma after a
///   word:
///      a comma joins digits only
///   2. between two words, a space apart, that neither stand for a digit nor join an address ("at", "dot", …). A run of
///      digits has no other words in it; a local part or a domain goes beyond a space only across such a word or a sign
///   3. within letters beyond ASCII, 80 bytes to either side: longer than a local part (64) or a label (63), and no
///   digits
/// The words of 2 are whole: the byte behind the second one is there. Nor does a run of single letters ("s t u p i d")
/// reach across it; a blocked phrase may.
bool is_barrier(const Normalized& text, std::size_t at);

}  // namespace safety
