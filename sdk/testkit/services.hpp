// SPDX-License-Identifier: Apache-2.0
// What the services of the kit share. They hold a module to the limits of their headers.
#pragma once

#include <rapt/kv.h>

#include "host.hpp"

namespace rapt::testkit {

/// The kit made this host itself, non-const, and hands out nothing else.
inline MemoryHost& memory(const rapt_host* host) {
  return *reinterpret_cast<MemoryHost*>(const_cast<rapt_host*>(host));
}
inline std::string_view view_of(rapt_text text) {
  return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size};
}
/// Keeps a text until the next question, and hands it out.
inline rapt_text give(MemoryHost& host, int place, std::string text) {
  host.given[place] = std::move(text);
  return {host.given[place].data(), host.given[place].size()};
}
/// There, not longer than that, and UTF-8.
rapt_status check_text(rapt_text text, std::size_t longest);
extern const rapt_kv_1 kv_service;

struct GrantedTable {
  const char *id, *permission;
  const void* table;
};
/// nullptr: none of rapt/json_services.hpp has that id.
const GrantedTable* json_service(const char* id);

}  // namespace rapt::testkit
