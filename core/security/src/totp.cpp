// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/totp.hpp"

#include <liboath/oath.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "rapt/security/crypto.hpp"

namespace rapt::security {
namespace {

constexpr unsigned kStepSeconds = 30;
constexpr std::size_t kSecretBytes = 20;

std::time_t seconds_of(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

void started() {
  static const bool done = [] {
    if (::oath_init() != OATH_OK) throw std::runtime_error("liboath cannot be started");
    return true;
  }();
  (void)done;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~' || c == '@';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return out;
}

std::string code_at(std::string_view secret, std::time_t when) {
  started();
  std::string code(kTotpDigits + 1, '\0');
  const int done = ::oath_totp_generate(secret.data(), secret.size(), when, kStepSeconds, OATH_TOTP_DEFAULT_START_TIME,
                                        kTotpDigits, code.data());
  if (done != OATH_OK) throw std::runtime_error(std::string("liboath: ") + ::oath_strerror(done));
  code.resize(kTotpDigits);
  return code;
}

}  // namespace

std::string new_totp_secret() {
  return random_bytes(kSecretBytes);
}

std::string totp_secret_text(std::string_view secret) {
  started();
  char* made = nullptr;
  std::size_t length = 0;
  if (::oath_base32_encode(secret.data(), secret.size(), &made, &length) != OATH_OK)
    throw std::runtime_error("liboath has no memory");
  const std::unique_ptr<char, decltype(&std::free)> owned(made, &std::free);
  std::string out(made, length);
  out.erase(std::find(out.begin(), out.end(), '='), out.end());
  return out;
}

std::string otpauth_uri(std::string_view secret, std::string_view issuer, std::string_view account) {
  const std::string by = percent_encoded(issuer);
  return "otpauth://totp/" + by + ":" + percent_encoded(account) + "?secret=" + totp_secret_text(secret) +
         "&issuer=" + by + "&algorithm=SHA1&digits=" + std::to_string(kTotpDigits) +
         "&period=" + std::to_string(kStepSeconds);
}

std::string totp_code(std::string_view secret, TimePoint time) {
  return code_at(secret, seconds_of(time));
}

std::optional<std::int64_t> totp_step(std::string_view secret, TimePoint time, const std::string& code) {
  const std::int64_t now = seconds_of(time) / kStepSeconds;
  std::optional<std::int64_t> found;
  // All three are compared, so that the time tells nothing; the latest of them wins.
  for (const std::int64_t step : {now - 1, now, now + 1}) {
    if (step >= 0 && equal_constant_time(code_at(secret, step * kStepSeconds), code)) found = step;
  }
  return found;
}

}  // namespace rapt::security
