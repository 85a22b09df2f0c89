// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::security {

/// Seals what must lie in the database and be read again: second factors, providers' secrets, mails with one-time
/// links. AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; a key seals far fewer than the 2^32 texts that this
/// allows. Thread-safe. The key is wiped when the box goes.
class SecretBox {
 public:
  /// `key`: at least 32 bytes; what is used is derived from it (SHA-256 with a label of its own).
  explicit SecretBox(std::string_view key);
  SecretBox(const SecretBox&) = delete;
  SecretBox& operator=(const SecretBox&) = delete;
  ~SecretBox();

  /// `about` says what the text is ("totp:USER-ID"): it can be opened under the same words alone, so a sealed text that
  /// is put into another row stays shut. The result is ASCII: "1.KEY-ID.BASE64URL".
  [[nodiscard]] std::string seal(std::string_view plain, std::string_view about) const;
  /// kInternal for text that was sealed with another key, under other words, or was changed. Its detail says which key.
  [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view about) const;
  /// What two equal texts have in common and nobody without the key can guess a text by: HMAC-SHA256, hexadecimal.
  [[nodiscard]] std::string fingerprint(std::string_view text) const;
  /// The first 8 hexadecimal characters of the key's digest, as in sealed texts.
  [[nodiscard]] const std::string& key_id() const { return key_id_; }

 private:
  std::string key_;
  std::string key_id_;
};

}  // namespace rapt::security
