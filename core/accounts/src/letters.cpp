// SPDX-License-Identifier: AGPL-3.0-or-later
#include "letters.hpp"

#include "rapt/base/text.hpp"

namespace rapt::accounts {
namespace {

constexpr std::size_t kMaxNameBytes = 100;

/// Nothing that a mail program would make a link of: no address can be written in a name.
std::string harmless(const std::string& name) {
  std::string out = printable(name, kMaxNameBytes);
  for (char& c : out) {
    if (c == '/' || c == ':' || c == '.' || c == '@') c = ' ';
  }
  return out;
}

Letter letter(std::string subject, const std::string& name, const std::string& text, const std::string& reason) {
  const std::string greeting = name.empty() ? "Hello," : "Hello " + harmless(name) + ",";
  return {std::move(subject), greeting + "\n\n" + text + "\n\n" + reason + "\n"};
}

std::string at(const std::string& link) {
  return "\n\n  " + link + "\n\n";
}

constexpr const char* kReason = "You get this mail because this address belongs to a RaptScallions account.";
constexpr const char* kIfNotYou = "If this was not you, ignore this mail: nothing changes without the link.";

std::string look_after(const std::string& site) {
  return "If this was not you, choose a new password at once:" + at(site + "/forgot-password") +
         "and tell your teacher or administrator.";
}

}  // namespace

Letter reset_letter(const std::string& name, const std::string& link) {
  return letter(
      "Choose a new password", name,
      "somebody asked for a new password for your account. Choose one here within an hour:" + at(link) + kIfNotYou,
      kReason);
}

Letter reset_by_other_letter(const std::string& name, const std::string& link) {
  return letter("Choose a new password", name,
                "an administrator of your school asks you to choose a new password. Do it here within an hour:" +
                    at(link) + "After that, ask for another link on the login page under \"Forgot your password?\".",
                kReason);
}

Letter invitation_letter(const std::string& name, const std::string& link) {
  return letter("Welcome to RaptScallions", name,
                "your school has made an account for you. Choose your password here within seven days:" + at(link) +
                    "After that, ask for another link on the login page under \"Forgot your password?\".",
                "You get this mail because an administrator of your school entered this address.");
}

Letter verification_letter(const std::string& name, const std::string& link) {
  return letter("Confirm your address", name,
                "please confirm that this is your address, within two days:" + at(link) +
                    "If you have not registered, ignore this mail: no account comes into being without the link.",
                "You get this mail because somebody entered this address when registering at RaptScallions.");
}

Letter already_registered_letter(const std::string& name, const std::string& site) {
  return letter("You have an account already", name,
                "somebody tried to register with your address, but you have an account already. Log in here:" +
                    at(site + "/login") +
                    "If you do not know your password any more, ask for a new one there. "
                    "If this was not you, you need not do anything.",
                kReason);
}

Letter change_address_letter(const std::string& name, const std::string& link) {
  return letter("Confirm your new address", name,
                "please confirm that your account shall have this address, within two days:" + at(link) + kIfNotYou,
                "You get this mail because somebody entered this address for an account at RaptScallions.");
}

Letter address_taken_letter(const std::string& site) {
  return letter("This address has an account already", "",
                "somebody wanted to give this address to another account, but it has an account already:" +
                    at(site + "/login") + "If this was not you, you need not do anything.",
                kReason);
}

Letter address_asked_letter(const std::string& name, const std::string& site) {
  return letter("Your address is about to change", name,
                "somebody who knows your password asked to give your account another address. It changes when the new "
                "address is confirmed. " +
                    look_after(site),
                kReason);
}

Letter address_changed_letter(const std::string& name) {
  return letter("Your address has changed", name,
                "your account has another address now. From now on, mails about it go there. If this was not you, "
                "tell your teacher or administrator at once.",
                "You get this mail because this address belonged to a RaptScallions account until now.");
}

Letter password_changed_letter(const std::string& name, const std::string& site) {
  return letter("Your password has changed", name,
                "the password of your account has changed, and other devices were logged out. " + look_after(site),
                kReason);
}

Letter second_factor_letter(const std::string& name, bool on, const std::string& site) {
  return letter(on ? "Logging in takes two steps now" : "Logging in takes one step again", name,
                std::string(on ? "logging in to your account takes a code of your authenticator app from now on. "
                               : "logging in to your account takes no code of an authenticator app any more. ") +
                    look_after(site),
                kReason);
}

}  // namespace rapt::accounts
