// SPDX-License-Identifier: AGPL-3.0-or-later
#include "known_device.hpp"

#include <algorithm>
#include <vector>

#include "mailbox.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/security/secret_box.hpp"

namespace rapt::api {
namespace {

constexpr const char* kCookie = "rapt_known";
constexpr std::size_t kMostAccounts = 4, kMarkLength = 64;
constexpr std::chrono::hours kLifetime{180 * 24};

std::string mark_of(const Call& call, const std::string& account) {
  return call.services.box.fingerprint("known device\n" + mailbox_of(account));
}

/// One behind the other, each as long as the others.
std::vector<std::string> marks_in(const Call& call) {
  const auto text = call.request.cookie(kCookie).value_or("");
  std::vector<std::string> out;
  for (std::size_t at = 0; at + kMarkLength <= text.size() && out.size() < kMostAccounts; at += kMarkLength)
    out.push_back(text.substr(at, kMarkLength));
  return out;
}

}  // namespace

bool is_known_device(const Call& call, const std::string& account) {
  const auto mark = mark_of(call, account);
  const auto marks = marks_in(call);
  return std::any_of(marks.begin(), marks.end(),
                     [&mark](const std::string& one) { return security::equal_constant_time(one, mark); });
}

void know_device(const Call& call, http::Headers& answer, const std::string& account) {
  std::string value = mark_of(call, account);
  std::size_t count = 1;
  for (const auto& one : marks_in(call)) {
    if (one != value.substr(0, kMarkLength) && count++ < kMostAccounts) value += one;
  }
  answer.add("Set-Cookie", std::string(kCookie) + "=" + value +
                               "; Path=/api/v1/auth; HttpOnly; SameSite=Strict; Max-Age=" +
                               std::to_string(std::chrono::seconds(kLifetime).count()) +
                               (call.services.settings.production ? "; Secure" : ""));
}

}  // namespace rapt::api
