// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/base/clock.hpp"

namespace rapt::security {

/// Codes of an authenticator app: RFC 6238 with what every app takes (SHA-1, six digits, 30 seconds).
inline constexpr std::size_t kTotpDigits = 6;

/// A fresh secret: 20 random bytes (RFC 4226, section 4).
std::string new_totp_secret();
/// As people type it: base32 without padding.
std::string totp_secret_text(std::string_view secret);
/// What the app reads from a QR code: otpauth://totp/ISSUER:ACCOUNT?secret=…
std::string otpauth_uri(std::string_view secret, std::string_view issuer, std::string_view account);

/// The code of the step that `time` is in.
std::string totp_code(std::string_view secret, TimePoint time);
/// The step, 30 seconds each since 1970, whose code this is: that of `time`, the one before or the one after. nullopt
/// for every other text. Whoever asks must take each step once only.
std::optional<std::int64_t> totp_step(std::string_view secret, TimePoint time, const std::string& code);

}  // namespace rapt::security
