// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/secret_box.hpp"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <memory>

#include "openssl.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::security {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::string_view kVersion = "1.";
constexpr std::size_t kKeyIdCharacters = 8;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

unsigned char* writable(std::string& text, std::size_t at = 0) {
  return reinterpret_cast<unsigned char*>(text.data() + at);
}

std::string derived(std::string_view key) {
  const Digest digest = sha256("rapt secret box 1\n" + std::string(key));
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

void check(int outcome) {
  if (outcome != 1) give_up("AES-256-GCM");
}

Error shut(std::string why) {
  Error error = Error::internal(std::move(why));
  return error;
}

}  // namespace

SecretBox::SecretBox(std::string_view key) : key_(derived(key)) {
  key_id_ = hex(sha256(key_)).substr(0, kKeyIdCharacters);
}

SecretBox::~SecretBox() {
  OPENSSL_cleanse(key_.data(), key_.size());
}

std::string SecretBox::seal(std::string_view plain, std::string_view about) const {
  const std::string nonce = random_bytes(kNonceBytes);
  std::string out = nonce + std::string(plain.size() + kTagBytes, '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int length = 0;
  check(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(nonce)));
  check(EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes(about), static_cast<int>(about.size())));
  check(EVP_EncryptUpdate(cipher.get(), writable(out, kNonceBytes), &length, bytes(plain),
                          static_cast<int>(plain.size())));
  check(EVP_EncryptFinal_ex(cipher.get(), writable(out, kNonceBytes + plain.size()), &length));
  check(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, writable(out, kNonceBytes + plain.size())));
  return std::string(kVersion) + key_id_ + "." + to_base64url(out);
}

Result<std::string> SecretBox::open(std::string_view sealed, std::string_view about) const {
  const std::string head = std::string(kVersion) + key_id_ + ".";
  if (!sealed.starts_with(head)) {
    const bool known = sealed.starts_with(kVersion) && sealed.size() > head.size();
    return shut(known ? "sealed with key " + std::string(sealed.substr(kVersion.size(), kKeyIdCharacters)) +
                            ", this host has " + key_id_
                      : "not a sealed text");
  }
  auto raw = from_base64url(sealed.substr(head.size()));
  if (!raw || raw->size() < kNonceBytes + kTagBytes) return shut("a sealed text that was cut");
  std::string plain(raw->size() - kNonceBytes - kTagBytes, '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int length = 0;
  check(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(*raw)));
  check(EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes(about), static_cast<int>(about.size())));
  check(EVP_DecryptUpdate(cipher.get(), writable(plain), &length, bytes(*raw) + kNonceBytes,
                          static_cast<int>(plain.size())));
  check(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, writable(*raw, raw->size() - kTagBytes)));
  if (EVP_DecryptFinal_ex(cipher.get(), writable(plain), &length) != 1) {
    OPENSSL_cleanse(plain.data(), plain.size());
    return shut("a sealed text that was changed, or is about something else");
  }
  return plain;
}

std::string SecretBox::fingerprint(std::string_view text) const {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes(text), text.size(), out, &length) == nullptr)
    give_up("HMAC");
  return to_hex({reinterpret_cast<const char*>(out), length});
}

}  // namespace rapt::security
