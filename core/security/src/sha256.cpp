// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "rapt/security/crypto.hpp"

namespace rapt::security {

struct Sha256::State {
  State() { begin(); }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  void begin() const {
    if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1)
      throw std::runtime_error("OpenSSL cannot begin a digest");
  }
  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view piece) {
  if (EVP_DigestUpdate(state_->context, piece.data(), piece.size()) != 1)
    throw std::runtime_error("OpenSSL cannot go on with a digest");
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(state_->context, digest.data(), &size) != 1)
    throw std::runtime_error("OpenSSL cannot end a digest");
  state_->begin();
  return to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace rapt::security
