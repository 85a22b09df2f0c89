// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/abi.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "module.hpp"
#include "rapt/sandbox/services.hpp"

/// What a module may ask of its host while it is being asked. The functions of a service check what they are given, so
/// that an honest module hears of its mistake; the host checks all of it again.
namespace rapt::runner {

/// `granted`: bit_of() each.
void prepare_services(const SharedAreas& areas, std::uint32_t granted);
/// The host is calling the module with that request; until end_call() it may ask.
void begin_call(std::uint64_t request, rapt_reply& reply);
void end_call();
/// The reply of the call that is under way, nullptr when there is none.
rapt_reply* reply_under_way();

/// The service of that id, nullptr when there is none or it was not granted; that is said in the log once.
const void* find_service(const char* id);

/// A question to the host: the texts and numbers of its function (shape_of()), an absent text as {NULL, 0}.
struct Question {
  sandbox::Service service{};
  std::uint32_t method = 0;
  std::initializer_list<rapt_text> texts{};
  std::initializer_list<std::int64_t> numbers{};
};
/// In memory that the host alone writes: it stays until the next question or the end of the call.
struct HostAnswer {
  const unsigned char* area = nullptr;
  [[nodiscard]] rapt_text text(std::uint32_t index) const;
  [[nodiscard]] std::int64_t number(std::uint32_t index) const;
};
/// Asks and waits. RAPT_E_NOT_ALLOWED while the host is not calling the module, RAPT_E_TOO_LARGE when it does not fit;
/// else what the host says.
rapt_status ask_host(const Question& question, HostAnswer& answer);

inline std::string_view view(rapt_text text) {
  return {text.data == nullptr ? "" : text.data, text.data == nullptr ? 0 : text.size};
}
/// What is refused here the host never sees, so nobody else can tell the admin. Once a call: a module may try again and
/// again.
void say_refused(const std::string& what);
/// There, not longer than that, and UTF-8 without NUL.
rapt_status check_text(rapt_text text, std::size_t longest);
/// Likewise, and JSON that begins with `first`.
rapt_status check_json(rapt_text text, std::size_t longest, char first);

extern const void* const kv_service;
extern const void* const sql_service;
extern const void* const http_service;
extern const void* const metrics_service;
extern const void* const jobs_service;
extern const void* const events_service;
extern const void* const secrets_service;
extern const void* const directory_service;
extern const void* const sessions_service;
extern const void* const grades_service;
extern const void* const ai_service;

}  // namespace rapt::runner
