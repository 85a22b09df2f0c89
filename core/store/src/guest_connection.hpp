// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "pipeline.hpp"
#include "rapt/store/guest.hpp"

namespace rapt::store {

struct GuestConnected {
  PgConnection connection{};
  std::string detail{};      ///< why there is none
  bool turned_away = false;  ///< the server is there, and does not let the role in
};
/// Blocks. `options`: settings as PostgreSQL's command line takes them, to which DISCARD ALL comes back.
GuestConnected connect_guest(const std::string& url, const GuestLogin& login, const std::string& options);

GuestFault fault_of(const PGresult* result);
/// True for what is no fault of the statement: the server is stopping or out of means.
bool is_servers_fault(const GuestFault& fault);
/// A failed result, "" for none: what the log may know.
std::string text_of(const PGconn* connection);

}  // namespace rapt::store
