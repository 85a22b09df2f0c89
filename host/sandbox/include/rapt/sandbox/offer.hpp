// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/abi.h>

#include <cstdint>

// The tests build a host that offers less, to show that today's modules live with it; nobody else sets this.
#ifndef RAPT_HOST_ABI_MINOR
#define RAPT_HOST_ABI_MINOR RAPT_ABI_MINOR
#endif

namespace rapt::sandbox {

/// The minor number of the ABI that this host offers. Of internal linkage: a test program links both kinds of host.
[[maybe_unused]] constexpr std::uint32_t kOfferedMinor = RAPT_HOST_ABI_MINOR;
/// chat:on_delta, rapt.stream/1, its fields and numbers, and the draft of the self-test came with ABI 1.1.
[[maybe_unused]] constexpr bool kOffersStreams = kOfferedMinor >= 1;
/// rapt.auth-provider/1 came with ABI 1.2.
[[maybe_unused]] constexpr bool kOffersProviders = kOfferedMinor >= 2;
/// Services beyond log, context, reply and stream, what is asked of a module beside hooks, and rapt.auth-provider/2
/// came with ABI 1.3.
[[maybe_unused]] constexpr bool kOffersServices = kOfferedMinor >= 3;

}  // namespace rapt::sandbox
