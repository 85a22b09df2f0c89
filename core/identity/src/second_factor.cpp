// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/second_factor.hpp"

#include "rapt/security/crypto.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/security/totp.hpp"
#include "rapt/store/database.hpp"

namespace rapt::identity {
namespace {

constexpr store::Statement kSecret{
    "identity.totp_secret",
    "SELECT sealed_secret FROM totp_secrets WHERE user_id = $1::uuid AND confirmed_at IS NOT NULL"};
// The row's lock makes two that come with the same code wait for each other; the second then finds it used.
constexpr store::Statement kTakeStep{"identity.take_totp_step", R"(
  UPDATE totp_secrets SET last_step = $2
   WHERE user_id = $1::uuid AND confirmed_at IS NOT NULL AND last_step < $2)"};
constexpr store::Statement kTakeRecoveryCode{"identity.take_recovery_code", R"(
  UPDATE recovery_codes SET used_at = $3::timestamptz
   WHERE user_id = $1::uuid AND code_hash = $2::bytea AND used_at IS NULL)"};

Error invalid_totp() {
  Error error;
  error.kind = ErrorKind::kUnauthorized;
  error.code = "INVALID_TOTP";
  error.message = "This code does not match, or it has been used already.";
  return error;
}

std::string letters_and_digits(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string without_spaces(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ') out += c;
  }
  return out;
}

}  // namespace

std::string totp_seal(const UserId& user) {
  return "totp:" + user.str();
}

std::string recovery_code_hash(const std::string& code) {
  return "\\x" + security::hex(security::sha256(letters_and_digits(code)));
}

Result<void> take_second_factor(store::Transaction& transaction, const security::SecretBox& box, const UserId& user,
                                const std::string& code, TimePoint now) {
  const auto found = transaction.exec(kSecret, store::params(user));
  if (!found) return found.error();
  if (found->empty()) return invalid_totp();
  const auto secret = box.open((*found)[0].text("sealed_secret"), totp_seal(user));
  if (!secret) return secret.error();
  const auto step = security::totp_step(*secret, now, without_spaces(code));
  const auto taken = step ? transaction.exec(kTakeStep, store::params(user, *step))
                          : transaction.exec(kTakeRecoveryCode, store::params(user, recovery_code_hash(code), now));
  if (!taken) return taken.error();
  if (taken->affected() == 0) return invalid_totp();
  return {};
}

}  // namespace rapt::identity
