// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"

namespace rapt::http {

/// A socket that listens, for a server of this process or, as ServerOptions::listening, of another one: who connects
/// waits in it until somebody accepts. Closed on exec. Port 0: any free one. kConflict when another program has the
/// port, kInvalid when the address is none of this machine's.
Result<UniqueFd> listen_at(const std::string& address, std::uint16_t port);

/// The port of a socket that this process was given. kInvalid unless it is a TCP socket that listens.
Result<std::uint16_t> port_of_listening(int descriptor);

}  // namespace rapt::http
