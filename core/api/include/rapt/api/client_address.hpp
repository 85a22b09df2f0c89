// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/base/address_range.hpp"
#include "rapt/http/message.hpp"

namespace rapt::api {

/// Who asks, and by which scheme, as seen in front of the proxies that are trusted.
struct Client {
  std::string address;
  std::string scheme;  ///< "http", "https" as a trusted proxy says; "" when none does
};

/// X-Forwarded-For is read from its end for as long as the one who wrote the entry is trusted: what a client puts in
/// front of it changes nothing. The same holds for X-Forwarded-Proto, of which the last word counts.
Client client_of(const http::Request& request, const std::vector<AddressRange>& trusted);

}  // namespace rapt::api
