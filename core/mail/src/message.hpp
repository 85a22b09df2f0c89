// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/mail/mail.hpp"

namespace rapt::mail {

/// The mail as it goes over the wire (RFC 5322), with CRLF line ends: plain text in UTF-8, base64, and marked as
/// automatic (RFC 3834), so that no holiday notice answers it.
std::string message_of(const Mail& mail, const std::string& id, const std::string& from, TimePoint now);

/// The address in "Name <address>", or the text itself.
std::string address_in(const std::string& from);

}  // namespace rapt::mail
