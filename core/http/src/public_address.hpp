// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <sys/socket.h>

namespace rapt::http {

/// Whether an address is one of the public internet: not loopback, link-local, private, shared, multicast, reserved or
/// for documentation, nor an IPv6 form of such an IPv4 address. False for every family but IPv4 and IPv6.
bool is_public(const sockaddr& address);

}  // namespace rapt::http
