// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

namespace rapt::api {

/// One answer as it came over the wire.
struct SeenAnswer {
  std::string method, target;
  int status = 0;
  std::string head;  ///< with the status line; each field ends with CRLF
  std::string body;
};

/// What is wrong with an answer by this API's own description: a status that the route does not describe, another
/// content type, a body that does not fit its schema, a header that is missing. "" when it is as described. Of what is
/// no route, only the body of the failure is looked at. Thread-safe.
std::string contract_fault(const SeenAnswer& seen);

}  // namespace rapt::api
