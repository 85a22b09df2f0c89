// SPDX-License-Identifier: AGPL-3.0-or-later
#include "mailbox.hpp"

#include <algorithm>
#include <cctype>

namespace rapt::api {

std::string mailbox_of(std::string email) {
  constexpr const char* kSpace = " \t\r\n\f\v";
  email.erase(email.find_last_not_of(kSpace) + 1);
  email.erase(0, email.find_first_not_of(kSpace));
  std::transform(email.begin(), email.end(), email.begin(), [](unsigned char c) { return std::tolower(c); });
  return email;
}

}  // namespace rapt::api
