// SPDX-License-Identifier: AGPL-3.0-or-later
#include "ask.hpp"

#include "rapt/security/crypto.hpp"

namespace rapt::marketplace {

Task<Result<http::Response>> ask(http::Client& client, std::string base_url, http::ClientRequest request) {
  auto answer = co_await client.fetch(std::move(request));
  if (answer) co_return std::move(*answer);
  auto error = answer.error();
  if (error.kind != ErrorKind::kUpstream && error.kind != ErrorKind::kTimeout) co_return error;
  co_return Error::unavailable(
      "registry", "The registry at " + base_url + " did not answer: " + error.message + " Check MARKETPLACE_URL.",
      error.log_detail);
}

Error bad_answer(std::string message) {
  Error error;
  error.kind = ErrorKind::kUpstream;
  error.message = std::move(message);
  error.part = "registry";
  return error;
}

std::string encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += "%" + security::to_hex(std::string_view(&c, 1));
    }
  }
  return out;
}

}  // namespace rapt::marketplace
