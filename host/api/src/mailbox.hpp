// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

namespace rapt::api {

/// An address as it is counted: without the space around it and in lower case, as accounts are looked up; or each
/// spelling would get a count of its own.
std::string mailbox_of(std::string email);

}  // namespace rapt::api
