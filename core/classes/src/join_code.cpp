// SPDX-License-Identifier: AGPL-3.0-or-later
#include "join_code.hpp"

#include "rapt/security/crypto.hpp"

namespace rapt::classes {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
constexpr std::size_t kLength = 8;
static_assert(kAlphabet.size() == 32, "a byte picks a letter without a bias");

}  // namespace

std::string random_join_code() {
  std::string code = security::random_bytes(kLength);
  for (char& c : code) c = kAlphabet[static_cast<unsigned char>(c) % kAlphabet.size()];
  return code;
}

std::string canonical_join_code(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    code += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return code;
}

}  // namespace rapt::classes
