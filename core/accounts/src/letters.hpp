// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

namespace rapt::accounts {

struct Letter {
  std::string subject;
  std::string text;
};

// The letters about accounts. Names are cut and made printable: whoever registers chooses the name, and with it what
// stands in a letter to somebody else.

Letter reset_letter(const std::string& name, const std::string& link);
Letter reset_by_other_letter(const std::string& name, const std::string& link);
Letter invitation_letter(const std::string& name, const std::string& link);
Letter verification_letter(const std::string& name, const std::string& link);
/// To an address that has an account already, when somebody registers with it.
Letter already_registered_letter(const std::string& name, const std::string& site);
/// To the new address.
Letter change_address_letter(const std::string& name, const std::string& link);
/// To the new address, when it is that of an account already.
Letter address_taken_letter(const std::string& site);
/// To the old address, when the change is asked for.
Letter address_asked_letter(const std::string& name, const std::string& site);
/// To the old address, when it has been changed.
Letter address_changed_letter(const std::string& name);
Letter password_changed_letter(const std::string& name, const std::string& site);
Letter second_factor_letter(const std::string& name, bool on, const std::string& site);

}  // namespace rapt::accounts
