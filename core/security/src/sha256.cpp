// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/sha256.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
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

Result<FileDigest> digest_of_file(const std::filesystem::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  Sha256 digest;
  FileDigest out;
  std::string piece(std::size_t{256} << 10, '\0');
  for (;;) {
    const auto got = fd ? ::read(fd.get(), piece.data(), piece.size()) : -1;
    if (got < 0 && fd && errno == EINTR) continue;
    if (got < 0)
      return Error::invalid("", printable(path.string(), 500) + " cannot be read: " + std::strerror(errno) + ".");
    if (got == 0) break;
    digest.add({piece.data(), static_cast<std::size_t>(got)});
    out.bytes += static_cast<std::uint64_t>(got);
  }
  out.sha256 = digest.finish();
  return out;
}

}  // namespace rapt::security
