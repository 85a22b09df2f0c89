// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "rapt/hooks/hook.hpp"
#include "rapt/host/services.hpp"
#include "rapt/sandbox/reply_reader.hpp"
#include "rapt/sandbox/request_writer.hpp"

namespace rapt::host {

/// What goes with a context into a module.
struct CallDetails {
  hooks::Point point{};
  std::string_view config_json;
  std::string_view user_pseudonym;
  std::chrono::milliseconds time_limit{0};
  std::optional<std::size_t> history{};  ///< how many of the last messages go with it; absent: all
  std::size_t request_bytes = 0;         ///< at most what the request takes in memory; set by the instance
  std::string_view work{};               ///< ModuleCall::work
};

/// What chat:on_delta asks about; at other hooks an empty last window, of which nothing can be held back.
sandbox::Window window_of(const hooks::Context& context);

/// Whom the call is about, with the host's own ids.
ServiceScope scope_of(const hooks::Context& context, const CallDetails& details);

/// At most the bytes that the request takes.
std::size_t request_bytes(const hooks::Context& context, const CallDetails& details);

/// Copies a hook's context into the shared area. The user's real id is not among it.
void write_request(sandbox::RequestWriter& writer, const hooks::Context& context, const CallDetails& details);

}  // namespace rapt::host
