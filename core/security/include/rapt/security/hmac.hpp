// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rapt::security {

/// SHA-1 is for peers that know no other: as an HMAC it still stands.
enum class HmacAlgorithm : std::uint8_t { kSha256, kSha1 };

/// HMAC (RFC 2104): 32 or 20 raw bytes. The time depends on the lengths alone.
std::string hmac(HmacAlgorithm algorithm, std::string_view key, std::string_view text);

}  // namespace rapt::security
